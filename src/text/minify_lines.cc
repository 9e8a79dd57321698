#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "text/minify_passes.h"

namespace pith {
namespace {

bool is_blank_char(char c) { return c == ' ' || c == '\t'; }

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank_char(line[at])) ++at;
  return at;
}

bool is_blank(std::string_view line) { return skip_blanks(line, 0) == line.size(); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool starts_with_tag(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  return std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, lower);
}

struct Line {
  std::size_t begin = 0;
  std::size_t content_end = 0;  ///< before "\n" or "\r\n"
  std::size_t end = 0;
  bool is_literal = false;  ///< in a code block, <pre> or a diff hunk: white space counts
  bool is_fence = false;
};

/// Walks over the lines and knows which of them are literal.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text), last_closing_tag_(kLiteralTags.size(), 0) {
    for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
      for (std::size_t tag = 0; tag < kLiteralTags.size(); ++tag) {
        if (starts_with_tag(text.substr(at), kLiteralTags[tag].close)) last_closing_tag_[tag] = at;
      }
    }
  }

  bool next(Line* line) {
    if (at_ >= text_.size()) return false;
    *line = {at_, text_.size(), text_.size(), false, false};
    if (const std::size_t line_feed = text_.find('\n', at_); line_feed != std::string_view::npos) {
      line->end = line_feed + 1;
      line->content_end = line_feed > at_ && text_[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
    }
    at_ = line->end;
    read(text_.substr(line->begin, line->content_end - line->begin), line);
    return true;
  }

 private:
  struct LiteralTag {
    std::string_view open, close;
  };
  static constexpr std::array<LiteralTag, 2> kLiteralTags{{{"<pre", "</pre"}, {"<textarea", "</textarea"}}};
  static constexpr std::size_t kNoTag = kLiteralTags.size();

  void read(std::string_view content, Line* line) {
    if (fence_length_ > 0) {
      line->is_fence = closes_fence(content);
      line->is_literal = !line->is_fence;
      if (line->is_fence) fence_length_ = 0;
      return;
    }
    line->is_literal = open_tag_ != kNoTag;
    read_tags(content, line);
    if (line->is_literal) return;
    line->is_fence = opens_fence(content);
    if (line->is_fence) {
      in_hunk_ = false;
    } else if (content.starts_with("@@ -")) {
      in_hunk_ = true;
    } else if (in_hunk_) {
      in_hunk_ = !content.empty() && std::string_view(" +-\\").find(content.front()) != std::string_view::npos;
      line->is_literal = in_hunk_;
    }
  }

  void read_tags(std::string_view content, Line* line) {
    for (std::size_t at = content.find('<'); at != std::string_view::npos; at = content.find('<', at + 1)) {
      const std::string_view rest = content.substr(at);
      if (open_tag_ != kNoTag) {
        if (starts_with_tag(rest, kLiteralTags[open_tag_].close)) open_tag_ = kNoTag;
        continue;
      }
      for (std::size_t tag = 0; tag < kLiteralTags.size(); ++tag) {
        const std::size_t n = kLiteralTags[tag].open.size();
        const bool is_whole_name = rest.size() <= n || rest[n] == '>' || is_blank_char(rest[n]);
        if (!starts_with_tag(rest, kLiteralTags[tag].open) || !is_whole_name) continue;
        if (last_closing_tag_[tag] <= line->begin + at) continue;
        open_tag_ = tag;
        line->is_literal = true;
        break;
      }
    }
  }

  /// Behind indentation, quote marks and one list marker.
  static std::size_t skip_prefix(std::string_view content, bool with_list_marker) {
    std::size_t at = 0;
    while (at < content.size() && (is_blank_char(content[at]) || content[at] == '>')) ++at;
    if (!with_list_marker || at == content.size()) return at;
    std::size_t marker = at;
    while (marker < content.size() && content[marker] >= '0' && content[marker] <= '9') ++marker;
    const std::string_view ends = marker > at ? ".)" : "-*+";
    if (marker == content.size() || ends.find(content[marker]) == std::string_view::npos) return at;
    const std::size_t after = skip_blanks(content, marker + 1);
    return after > marker + 1 ? after : at;
  }

  bool opens_fence(std::string_view content) {
    const std::size_t at = skip_prefix(content, true);
    if (at == content.size() || (content[at] != '`' && content[at] != '~')) return false;
    const char mark = content[at];
    const std::size_t end = std::min(content.find_first_not_of(mark, at), content.size());
    if (end - at < 3 || (mark == '`' && content.find('`', end) != std::string_view::npos)) return false;
    fence_mark_ = mark;
    fence_length_ = end - at;
    return true;
  }

  [[nodiscard]] bool closes_fence(std::string_view content) const {
    const std::size_t at = skip_prefix(content, false);
    const std::size_t end = std::min(content.find_first_not_of(fence_mark_, at), content.size());
    return end - at >= fence_length_ && is_blank(content.substr(end));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t fence_length_ = 0;  // 0: outside
  char fence_mark_ = '`';
  std::size_t open_tag_ = kNoTag;
  bool in_hunk_ = false;
  std::vector<std::size_t> last_closing_tag_;  // by tag; 0: none
};

/// Whether some line has a tab between two words: then a tab at a line's end may be an empty cell.
bool has_tabbed_cells(std::string_view text) {
  bool after_word = false;
  bool after_tab = false;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      after_word = after_tab = false;
    } else if (c == '\t') {
      after_tab = after_word;
    } else if (c != ' ') {
      if (after_tab) return true;
      after_word = true;
    }
  }
  return false;
}

bool next_line_is_blank(std::string_view text, std::size_t begin) {
  std::size_t end = std::min(text.find('\n', begin), text.size());
  if (end > begin && end < text.size() && text[end - 1] == '\r') --end;
  return is_blank(text.substr(begin, end - begin));
}

}  // namespace

std::vector<ByteSpan> without_trailing_blanks(std::string_view text) {
  constexpr std::string_view kHardBreak = "  ";
  const bool tabs_stay = has_tabbed_cells(text);
  KeptSpans kept;
  Lines lines(text);
  for (Line line; lines.next(&line);) {
    if (line.is_literal) continue;
    std::size_t begin = line.content_end;
    while (begin > line.begin && is_blank_char(text[begin - 1]) && !(tabs_stay && text[begin - 1] == '\t')) --begin;
    if (begin == line.content_end) continue;
    const std::string_view blanks = text.substr(begin, line.content_end - begin);
    const bool is_hard_break =
        begin > line.begin && !line.is_fence && blanks.ends_with(kHardBreak) && !next_line_is_blank(text, line.end);
    kept.erase(begin, line.content_end - (is_hard_break ? kHardBreak.size() : 0));
  }
  return kept.finish(text.size());
}

std::vector<ByteSpan> without_blank_lines(std::string_view text) {
  KeptSpans kept;
  Lines lines(text);
  bool follows_blank = false;  // in a text without trailing blanks, so what is blank is empty
  for (Line line; lines.next(&line);) {
    const bool is_empty = !line.is_literal && line.begin == line.content_end;
    if (is_empty && follows_blank) kept.erase(line.begin, line.end);
    follows_blank = is_empty;
  }
  return kept.finish(text.size());
}

}  // namespace pith
