// Unified diffs, plain or git's. A hunk is read by the counts in its header, so that a removed line `--- a` is a line
// and not a file. Context lines go first, changed lines last.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr float kChangedImportance = 0.8F;
constexpr float kFileImportance = 0.6F;  ///< of a file without hunks: renamed, binary

struct HunkCounts {
  std::uint64_t n_old = 1;
  std::uint64_t n_new = 1;
};

/// `@@ -12,5 +12,7 @@ ...`
std::optional<HunkCounts> hunk_counts(std::string_view line) {
  if (!line.starts_with("@@ -")) return std::nullopt;
  std::size_t at = 4;
  const auto number = [&]() -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const std::size_t begin = at;
    while (at < line.size() && is_digit_byte(line[at]) && at - begin < 9) {
      value = value * 10 + static_cast<std::uint64_t>(line[at++] - '0');
    }
    return at > begin ? std::optional(value) : std::nullopt;
  };
  const auto range = [&]() -> std::optional<std::uint64_t> {
    if (!number()) return std::nullopt;
    if (at >= line.size() || line[at] != ',') return 1;
    ++at;
    return number();
  };
  const auto n_old = range();
  if (!n_old || !line.substr(at).starts_with(" +")) return std::nullopt;
  at += 2;
  const auto n_new = range();
  if (!n_new || !line.substr(at).starts_with(" @@")) return std::nullopt;
  return HunkCounts{*n_old, *n_new};
}

class DiffReader {
 public:
  DiffReader(std::string_view text, ByteSpan span, TreeBuilder& tree)
      : text_(text), lines_(lines_of(text, span)), tree_(tree) {}

  bool read() {
    skip_blank();
    if (!take_preamble()) return false;
    while (line_ < lines_.size()) {
      if (!take_file()) return false;
      skip_blank();
    }
    return n_hunks_ > 0 || n_git_files_ > 0;
  }

 private:
  [[nodiscard]] std::string_view at(std::size_t line) const {
    return line < lines_.size() ? lines_[line].span.of(text_) : std::string_view();
  }
  void skip_blank() {
    while (line_ < lines_.size() && lines_[line_].is_blank()) ++line_;
  }
  [[nodiscard]] bool begins_file(std::size_t line) const {
    return at(line).starts_with("diff --git ") || at(line).starts_with("Index: ") || at(line).starts_with("diff -") ||
           (at(line).starts_with("--- ") && at(line + 1).starts_with("+++ "));
  }

  /// What `git show` and `git format-patch` write in front.
  bool take_preamble() {
    if (begins_file(line_)) return true;
    if (!at(line_).starts_with("commit ") && !at(line_).starts_with("From ")) return false;
    const std::uint32_t begin = lines_[line_].content.begin;
    std::uint32_t end = begin;
    const std::size_t first = line_;
    while (line_ < lines_.size() && !begins_file(line_)) {
      if (!lines_[line_].is_blank()) end = lines_[line_].content.end;
      ++line_;
    }
    if (line_ == lines_.size()) return false;
    tree_.leaf(Kind::kParagraph, Policy::kWhole, lines_[first].content, {.is_required = true});
    const std::uint32_t rest = lines_[first].content.end;
    const ByteSpan message = trimmed(text_, {rest, end < rest ? rest : end});
    tree_.leaf(Kind::kParagraph, Policy::kWords, message);
    return true;
  }

  bool take_file() {
    if (!begins_file(line_)) return false;
    const std::size_t first = line_;
    const bool is_git = at(line_).starts_with("diff --git ");
    n_git_files_ += is_git ? 1U : 0U;
    std::uint32_t end = lines_[line_].content.end;
    const std::uint32_t file = tree_.open(Kind::kDiffFile, Policy::kGroup, lines_[line_].content.begin);
    bool has_names = false;
    for (; line_ < lines_.size(); ++line_) {
      const std::string_view line = at(line_);
      if (hunk_counts(line) || lines_[line_].is_blank()) break;
      if (line_ > first && begins_file(line_) && !(line.starts_with("--- ") && !has_names)) break;
      has_names |= line.starts_with("+++ ");
      if (line_ > first && !is_header(line)) return false;
      end = lines_[line_].content.end;
    }
    bool has_hunks = false;
    while (line_ < lines_.size() && hunk_counts(at(line_))) {
      has_hunks = true;
      if (!take_hunk(end)) return false;
    }
    if (has_hunks && !has_names) return false;
    if (!has_hunks) {
      if (!is_git) return false;
      tree_.node(file).importance = kFileImportance;
    }
    tree_.close(end);
    return true;
  }

  static bool is_header(std::string_view line) {
    constexpr std::string_view kHeaders[] = {
        "index ",           "--- ",        "+++ ",           "old mode ", "new mode ", "new file ",
        "deleted file ",    "similarity ", "dissimilarity ", "rename ",   "copy ",     "Binary files ",
        "GIT binary patch", "===",         "diff --git ",    "diff -",    "Index: "};
    for (const std::string_view header : kHeaders) {
      if (line.starts_with(header)) return true;
    }
    return false;
  }

  bool take_hunk(std::uint32_t& end) {
    HunkCounts left = *hunk_counts(at(line_));
    ++n_hunks_;
    tree_.open(Kind::kDiffHunk, Policy::kGroup, lines_[line_].content.begin);
    end = lines_[line_].content.end;
    const std::size_t first = ++line_;
    for (; line_ < lines_.size() && (left.n_old > 0 || left.n_new > 0); ++line_) {
      const std::string_view line = at(line_);
      const char mark = line.empty() ? ' ' : line[0];
      if (mark == '\\') continue;
      if (mark != ' ' && mark != '+' && mark != '-') return false;
      if (mark != '+' && left.n_old-- == 0) return false;
      if (mark != '-' && left.n_new-- == 0) return false;
    }
    // An editor may have taken the white space of empty context lines at the end, and the lines with it.
    if (left.n_old > 3 || left.n_new > 3) return false;
    if (line_ < lines_.size() && at(line_).starts_with("\\")) ++line_;
    add_lines(first, line_);
    for (std::size_t line = first; line < line_; ++line) {
      if (!lines_[line].is_blank()) end = lines_[line].content.end;
    }
    tree_.close(end);
    return true;
  }

  [[nodiscard]] bool is_changed(std::size_t line) const {
    return at(line).starts_with("+") || at(line).starts_with("-") || at(line).starts_with("\\");
  }

  /// Context ranks by how near the next change is.
  void add_lines(std::size_t first, std::size_t end) {
    std::vector<std::size_t> distance(end - first, end - first);
    for (std::size_t i = 0; i < distance.size(); ++i) {
      distance[i] = is_changed(first + i) ? 0 : i > 0 ? distance[i - 1] + 1 : distance.size();
    }
    for (std::size_t i = distance.size(); i-- > 1;) distance[i - 1] = std::min(distance[i - 1], distance[i] + 1);
    for (std::size_t i = 0; i < distance.size() && !tree_.is_full(); ++i) {
      const float importance = distance[i] == 0   ? kChangedImportance
                               : distance[i] == 1 ? 0.35F
                               : distance[i] == 2 ? 0.2F
                                                  : 0.1F;
      tree_.leaf(Kind::kDiffLine, Policy::kWhole, lines_[first + i].content, {.importance = importance});
    }
  }

  std::string_view text_;
  std::vector<TextLine> lines_;
  TreeBuilder& tree_;
  std::size_t line_ = 0;
  std::size_t n_hunks_ = 0;
  std::size_t n_git_files_ = 0;
};

}  // namespace

bool add_diff(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  static_cast<void>(around);
  span = trimmed(text, span);
  if (span.empty()) return false;
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kText, Policy::kGroup, span.begin);
  if (!DiffReader(text, span, tree).read()) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
