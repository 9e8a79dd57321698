#include "compress/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "compress/joins.h"

namespace pith {
namespace {

bool is_line_break_byte(char c) { return c == '\n' || c == '\r'; }

/// Collects copied spans into the text, and into the span list with touching ones merged.
class Copier {
 public:
  Copier(std::string_view text, std::string* out, std::vector<ByteSpan>* spans)
      : text_(text), out_(out), spans_(spans) {}

  void copy(ByteSpan span) {
    if (span.empty()) return;
    out_->append(span.of(text_));
    if (spans_ == nullptr) return;
    if (has_last_ && spans_->back().end == span.begin) {
      spans_->back().end = span.end;
    } else {
      spans_->push_back(span);
      has_last_ = true;
    }
  }

  void add_space() { out_->push_back(' '); }
  void add(std::string_view text) { out_->append(text); }

 private:
  std::string_view text_;
  std::string* out_;
  std::vector<ByteSpan>* spans_;
  bool has_last_ = false;  // spans_ may hold another context's spans
};

/// The part of a gap from its last line break on: that break and the indentation behind it.
ByteSpan from_last_line_break(ByteSpan gap, std::string_view text) {
  std::uint32_t at = gap.end;
  while (at > gap.begin && !is_line_break_byte(text[at - 1])) --at;
  if (at == gap.begin) return gap;
  --at;
  if (text[at] == '\n' && at > gap.begin && text[at - 1] == '\r') --at;
  return {at, gap.end};
}

/// The first line break of a gap alone.
ByteSpan first_line_break(ByteSpan gap, std::string_view text) {
  std::uint32_t at = gap.begin;
  while (at < gap.end && !is_line_break_byte(text[at])) ++at;
  std::uint32_t end = at + 1;
  if (text[at] == '\r' && end < gap.end && text[end] == '\n') ++end;
  return {at, end};
}

/// Copies every line break of a gap and nothing else.
void copy_line_breaks(ByteSpan gap, std::string_view text, Copier& copier) {
  for (std::uint32_t at = gap.begin; at < gap.end; ++at) {
    if (is_line_break_byte(text[at])) copier.copy({at, at + 1});
  }
}

/// What separates kept words `left` and `right` (left < right, or left == none for the first kept word).
class Separator {
 public:
  Separator(const PreparedContext& context, const RenderOptions& options, Copier& copier)
      : context_(context), options_(options), copier_(copier) {}

  void before_first(std::size_t right) {
    if (only_removed(0, right)) {
      copy_gaps(0, right);
      return;
    }
    std::size_t break_gap = right + 1;
    for (std::size_t g = 0; g <= right; ++g) {
      if (context_.gaps[g].n_line_breaks > 0) break_gap = g;
      if (options_.keep_line_breaks && !options_.drop_consecutive) {
        copy_line_breaks(context_.gaps[g].span, context_.text, copier_);
      }
    }
    if (const std::size_t n_lines = lines_left_out(0, right); n_lines > 0) copier_.add(marker(n_lines) + '\n');
    // The indentation of the line the first kept word stands on; the line break itself would only be a blank start.
    ByteSpan indentation =
        break_gap <= right ? from_last_line_break(context_.gaps[break_gap].span, context_.text) : context_.gaps[0].span;
    while (!indentation.empty() && is_line_break_byte(context_.text[indentation.begin])) ++indentation.begin;
    copier_.copy(indentation);
  }

  void between(std::size_t left, std::size_t right) {
    const std::vector<Gap>& gaps = context_.gaps;
    if (only_removed(left + 1, right)) {
      copy_gaps(left + 1, right);
      if (right > left + 1 && no_gap(left + 1, right) && would_merge(word(left), word(right))) copier_.add_space();
      return;
    }
    std::size_t break_gap = left;  // last gap with a line break; `left` = none
    std::size_t blank_gap = left;  // last gap with a blank line
    std::size_t space_gap = left;  // last gap with anything
    for (std::size_t g = left + 1; g <= right; ++g) {
      if (gaps[g].span.empty()) continue;
      space_gap = g;
      if (gaps[g].n_line_breaks > 0) break_gap = g;
      if (gaps[g].n_line_breaks > 1) blank_gap = g;
    }
    if (break_gap != left) {
      if (const std::size_t n_lines = lines_left_out(left + 1, right); n_lines > 0) copier_.add('\n' + marker(n_lines));
      line_break(left, right, blank_gap, break_gap);
    } else if (space_gap != left) {
      space(left, right, space_gap);
    } else if (merge(left, right)) {
      copier_.add_space();
    }
  }

  /// The white space behind the last kept word, if nothing but removed words follows.
  void after_last(std::size_t last) {
    if (only_removed(last + 1, context_.n_words())) {
      copy_gaps(last + 1, context_.n_words());
    } else if (const std::size_t n_lines = lines_left_out(last + 1, context_.n_words()); n_lines > 0) {
      copier_.add('\n' + marker(n_lines));
    }
  }

 private:
  /// Words [begin, end) are all of the kind that is never kept (tags of a structured prompt): the white space around
  /// them stays as it is.
  [[nodiscard]] bool only_removed(std::size_t begin, std::size_t end) const {
    for (std::size_t w = begin; w < end; ++w) {
      if (context_.node_of(w).policy != Policy::kRemoved) return false;
    }
    return true;
  }
  /// Lines of a log, diff or source among the dropped words [begin, end), if they are to be told.
  [[nodiscard]] std::size_t lines_left_out(std::size_t begin, std::size_t end) const {
    if (!options_.markers || context_.is_plain()) return 0;
    std::size_t n_lines = 0;
    std::uint32_t last_node = 0;
    for (std::size_t w = begin; w < end; ++w) {
      const Kind kind = context_.node_of(w).kind;
      const bool is_line = kind == Kind::kLogLine || kind == Kind::kDiffLine || kind == Kind::kCodeLine ||
                           kind == Kind::kComment || kind == Kind::kStackTrace;
      if (!is_line || context_.nodes[w] == last_node) continue;
      last_node = context_.nodes[w];
      ++n_lines;
    }
    return n_lines;
  }
  static std::string marker(std::size_t n_lines) {
    return fmt::format("[{} line{} left out]", n_lines, n_lines == 1 ? "" : "s");
  }
  /// The two would read as one word. The halves of one frame may: the quotes of an emptied JSON string.
  [[nodiscard]] bool merge(std::size_t left, std::size_t right) const {
    const bool is_one_frame = !context_.is_plain() && context_.nodes[left] == context_.nodes[right] &&
                              context_.node_of(left).policy == Policy::kGroup;
    return !is_one_frame && would_merge(word(left), word(right));
  }
  /// "- foo." must not become "-.", which is no list item.
  [[nodiscard]] bool is_list_marker(std::size_t w) const {
    const Node& node = context_.node_of(w);
    return node.kind == Kind::kListItem && node.policy == Policy::kGroup;
  }
  void copy_gaps(std::size_t first, std::size_t last) {
    for (std::size_t g = first; g <= last; ++g) copier_.copy(context_.gaps[g].span);
  }
  [[nodiscard]] bool no_gap(std::size_t first, std::size_t last) const {
    for (std::size_t g = first; g <= last; ++g) {
      if (!context_.gaps[g].span.empty()) return false;
    }
    return true;
  }
  [[nodiscard]] std::string_view word(std::size_t w) const { return context_.document.words[w].span.of(context_.text); }

  void line_break(std::size_t left, std::size_t right, std::size_t blank_gap, std::size_t break_gap) {
    const std::string_view text = context_.text;
    const ByteSpan last = from_last_line_break(context_.gaps[break_gap].span, text);
    if (options_.keep_line_breaks && !options_.drop_consecutive) {
      for (std::size_t g = left + 1; g <= right; ++g) {
        const ByteSpan gap = context_.gaps[g].span;
        copy_line_breaks({gap.begin, g == break_gap ? last.begin : gap.end}, text, copier_);
      }
    } else if (blank_gap != left) {
      copier_.copy(first_line_break(context_.gaps[blank_gap].span, text));
    }
    copier_.copy(last);
  }

  void space(std::size_t left, std::size_t right, std::size_t space_gap) {
    const std::vector<Word>& words = context_.document.words;
    const bool attaches = words[right].is_closing && words[right].glued_left && !is_list_marker(left);
    const bool attracts = words[left].is_opening && context_.gaps[left + 1].span.empty();
    if ((attaches || attracts) && !merge(left, right)) return;
    copier_.copy(context_.gaps[space_gap].span);
  }

  const PreparedContext& context_;
  const RenderOptions& options_;
  Copier& copier_;
};

}  // namespace

void render(const PreparedContext& context, std::span<const std::uint8_t> kept, const RenderOptions& options,
            std::string* out, std::vector<ByteSpan>* spans, std::vector<std::uint8_t>* emitted) {
  const std::size_t n_words = context.n_words();
  PITH_CHECK(kept.size() == n_words, "");
  if (emitted != nullptr) emitted->assign(n_words, 0);
  Copier copier(context.text, out, spans);
  Separator separator(context, options, copier);
  constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t last = kNone;
  for (std::size_t w = 0; w < n_words; ++w) {
    if (kept[w] == 0) continue;
    const ByteSpan span = context.document.words[w].span;
    if (last != kNone && options.drop_consecutive && context.matched[w] != 0 && context.matched[last] != 0 &&
        span.of(context.text) == context.document.words[last].span.of(context.text)) {
      continue;
    }
    if (last == kNone) {
      separator.before_first(w);
    } else {
      separator.between(last, w);
    }
    copier.copy(span);
    if (emitted != nullptr) (*emitted)[w] = 1;
    last = w;
  }
  if (last != kNone) separator.after_last(last);
}

}  // namespace pith
