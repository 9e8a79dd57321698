#include "text/structure/git_log.h"

#include "text/structure/record_sampling.h"

namespace pith {
namespace {

constexpr float kTotalImportance = 0.5F;  ///< `3 files changed, ...`
constexpr float kFileImportance = 0.3F;

bool begins_commit(std::string_view line) {
  if (!line.starts_with("commit ")) return false;
  std::size_t end = 7;
  while (end < line.size() && is_ascii_hex(line[end])) ++end;
  return end - 7 >= 7 && end - 7 <= 64 && (end == line.size() || line[end] == ' ');
}

bool is_header(std::string_view line) {
  for (const std::string_view name :
       {"Author:", "AuthorDate:", "Commit:", "CommitDate:", "Date:", "Merge:", "Signed-off"}) {
    if (line.starts_with(name)) return true;
  }
  return false;
}

bool is_total(std::string_view content) {
  return content.find(" changed") != std::string_view::npos && is_digit_byte(content[0]);
}

/// ` db/version_set.cc | 4 ++--`, ` create mode 100644 x`, or --name-status's `M<tab>path`.
bool is_statistic(std::string_view content) {
  if (content.find(" | ") != std::string_view::npos || content.find(" => ") != std::string_view::npos) return true;
  for (const std::string_view word : {"create mode ", "delete mode ", "rename ", "mode change ", "copy "}) {
    if (content.starts_with(word)) return true;
  }
  return content.size() > 2 && content.substr(1).find('\t') != std::string_view::npos;
}

}  // namespace

bool add_git_log(std::string_view text, const std::vector<TextLine>& lines, const Surroundings& around,
                 TreeBuilder& tree) {
  std::vector<std::size_t> begins;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const std::string_view line = lines[n].span.of(text);
    if (begins_commit(line)) {
      begins.push_back(n);
    } else if (lines[n].is_blank()) {
      continue;
    } else if (begins.empty() || (lines[n].indent == 0 && !is_header(line) && !is_statistic(line))) {
      return false;
    }
  }
  if (begins.empty()) return false;
  const QuestionWords question(around.question);
  RecordSampler sampler(question);
  const auto end_of = [&](std::size_t c) { return c + 1 < begins.size() ? begins[c + 1] : lines.size(); };
  for (std::size_t c = 0; c < begins.size(); ++c) {
    sampler.begin_record();
    for (std::size_t n = begins[c]; n < end_of(c); ++n) sampler.add_words(lines[n].content.of(text));
    sampler.add_field(0, lines[begins[c]].content.of(text));
  }
  const std::vector<float> importances = sampler.importances();
  for (std::size_t c = 0; c < begins.size() && !tree.is_full(); ++c) {
    tree.open(Kind::kRecord, Policy::kGroup, lines[begins[c]].content.begin, {.importance = importances[c]});
    std::uint32_t end = lines[begins[c]].content.end;
    bool has_message = false;
    for (std::size_t n = begins[c]; n < end_of(c) && !tree.is_full(); ++n) {
      const ByteSpan content = lines[n].content;
      if (content.empty()) continue;
      end = content.end;
      const std::string_view bytes = content.of(text);
      if (lines[n].indent == 0 && (n == begins[c] || is_header(bytes))) {
        tree.leaf(Kind::kLogLine, Policy::kWhole, content, {.is_required = true});
      } else if (lines[n].indent >= 4 && !is_total(bytes)) {
        tree.leaf(Kind::kParagraph, has_message ? Policy::kWords : Policy::kWhole, content,
                  {.is_required = !has_message});
        has_message = true;
      } else {
        tree.leaf(Kind::kLogLine, Policy::kWhole, content,
                  {.importance = is_total(bytes) ? kTotalImportance : kFileImportance});
      }
    }
    tree.close(end);
  }
  return true;
}

}  // namespace pith
