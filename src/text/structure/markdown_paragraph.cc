#include <algorithm>
#include <string>

#include "text/structure/line_scan.h"
#include "text/structure/markdown_leaves.h"

namespace pith {
namespace {

/// A paragraph's lines joined, with the way back.
struct Joined {
  std::string text;
  std::vector<std::uint32_t> begins;  ///< of each line in it
};

Joined join(std::string_view text, const std::vector<LeafLine>& lines) {
  Joined joined;
  for (const LeafLine& line : lines) {
    if (!joined.text.empty()) joined.text += '\n';
    joined.begins.push_back(static_cast<std::uint32_t>(joined.text.size()));
    joined.text += line.content().of(text);
  }
  return joined;
}

/// Lines behind quote markers: one group a line; lines that a span crosses, and lazy ones, stay with their neighbours.
void add_quoted_paragraph(const LeafContext& context, const std::vector<LeafLine>& lines) {
  const Joined joined = join(context.text, lines);
  const std::vector<InlineSpan> spans = find_inline_spans(joined.text, context.labels, 0);
  std::size_t s = 0;
  for (std::size_t first = 0; first < lines.size();) {
    const std::size_t begin_span = s;
    std::size_t last = first;
    std::uint32_t spans_end = 0;
    for (;; ++last) {
      const auto line_end = joined.begins[last] + lines[last].content().n_bytes();
      for (; s < spans.size() && spans[s].begin < line_end; ++s) spans_end = std::max(spans_end, spans[s].end);
      const bool crosses = spans_end > line_end;
      const bool next_is_lazy = last + 1 < lines.size() && lines[last + 1].is_lazy;
      if (last + 1 == lines.size() || !(crosses || next_is_lazy)) break;
    }
    const ByteSpan whole{lines[first].node_begin, lines[last].end};
    if (last > first) {
      context.tree.leaf(Kind::kParagraph, Policy::kWhole, whole);
    } else {
      const bool has_marker = lines[first].content_begin > lines[first].node_begin;
      if (has_marker) context.tree.open(Kind::kParagraph, Policy::kGroup, whole.begin);
      context.tree.open(has_marker ? Kind::kText : Kind::kParagraph, Policy::kWords, lines[first].content_begin);
      add_inline_spans(joined.text, std::span(spans).subspan(begin_span, s - begin_span),
                       static_cast<std::int64_t>(lines[first].content_begin) - joined.begins[first], context.tree);
      context.tree.close(whole.end);
      if (has_marker) context.tree.close(whole.end);
    }
    first = last + 1;
  }
}

bool is_label_mark(std::string_view line) {
  return line.starts_with("[^") && line.find("]:") != std::string_view::npos;
}

/// Three or more lines that are no sentences: what a program wrote.
bool add_program_output(const LeafContext& context, const std::vector<LeafLine>& lines) {
  if (lines.size() < 3) return false;
  const ByteSpan span{lines.front().content_begin, lines.back().end};
  std::size_t n_stamped = 0;
  std::size_t n_frames = 0;
  for (const LeafLine& line : lines) {
    const std::string_view content = line.content().of(context.text);
    if (is_digit_byte(content[0]) || content[0] == '[') ++n_stamped;
    if (content.starts_with("at ") || content.starts_with("File \"") || content.starts_with("Traceback") ||
        content.starts_with("goroutine ") || content.find("panicked at") != std::string_view::npos) {
      ++n_frames;
    }
  }
  if (n_frames > 0 && add_stack_trace(context.text, span, context.around, context.tree)) return true;
  return 2 * n_stamped >= lines.size() && add_log(context.text, span, context.around, context.tree);
}

}  // namespace

std::uint32_t add_paragraph(const LeafContext& context, const std::vector<LeafLine>& lines, std::uint32_t indent,
                            bool split_first) {
  TreeBuilder& tree = context.tree;
  const bool is_quoted = std::any_of(lines.begin(), lines.end(), [](const LeafLine& line) {
    return line.content_begin > line.node_begin || line.is_lazy;
  });
  if (is_quoted) {
    add_quoted_paragraph(context, lines);
    return tree.innermost();
  }
  if (add_program_output(context, lines)) return tree.innermost();
  const ByteSpan span{lines.front().content_begin, lines.back().end};
  const std::string_view paragraph = span.of(context.text);
  if (is_label_mark(paragraph)) {
    const auto mark_end = static_cast<std::uint32_t>(span.begin + paragraph.find("]:") + 2);
    tree.open(Kind::kParagraph, Policy::kGroup, span.begin);
    add_inline_words(context.text, {mark_end, span.end}, Kind::kText, context.labels, tree);
    tree.close(span.end);
    return tree.innermost();
  }
  const std::vector<InlineSpan> spans = find_inline_spans(paragraph, context.labels, indent);
  std::uint32_t from = 0;
  std::size_t first_span = 0;
  std::uint32_t first_node = tree.innermost();
  if (split_first) {
    while (from < paragraph.size() && !is_space_byte(paragraph[from])) ++from;
    for (; first_span < spans.size() && spans[first_span].begin < from; ++first_span) {
      from = std::max(from, spans[first_span].end);
    }
    while (from < paragraph.size() && !is_space_byte(paragraph[from])) ++from;
    while (first_span < spans.size() && spans[first_span].begin < from) ++first_span;
    first_node = tree.leaf(Kind::kText, Policy::kWhole, {span.begin, span.begin + from});
    while (from < paragraph.size() && is_space_byte(paragraph[from])) ++from;
  }
  if (from < paragraph.size()) {
    tree.open(Kind::kParagraph, Policy::kWords, span.begin + from);
    add_inline_spans(paragraph, std::span(spans).subspan(first_span), span.begin, tree);
    tree.close(span.end);
  }
  return first_node;
}

}  // namespace pith
