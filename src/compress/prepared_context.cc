#include "compress/prepared_context.h"

#include <utility>

#include "text/structure/regions.h"

namespace pith {
namespace {

std::uint32_t count_line_breaks(std::string_view gap) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < gap.size(); ++i) {
    if (gap[i] == '\n') ++n;
    if (gap[i] == '\r' && (i + 1 == gap.size() || gap[i + 1] != '\n')) ++n;
  }
  return n;
}

/// Frame words hold on to the content they stand against, so that no blank comes between them when its neighbour goes.
void mark_frame_sides(PreparedContext& context) {
  std::vector<Word>& words = context.document.words;
  for (std::size_t w = 0; w < words.size(); ++w) {
    const Policy policy = context.node_of(w).policy;
    if (policy != Policy::kGroup && policy != Policy::kSeparator) continue;
    words[w].is_closing = words[w].glued_left;
    words[w].is_opening = w + 1 < words.size() && words[w + 1].glued_left;
  }
}

}  // namespace

std::vector<Gap> find_gaps(std::string_view text, const std::vector<Word>& words) {
  std::vector<Gap> gaps;
  gaps.reserve(words.size() + 1);
  std::uint32_t at = 0;
  for (std::size_t w = 0; w <= words.size(); ++w) {
    const std::uint32_t end = w < words.size() ? words[w].span.begin : static_cast<std::uint32_t>(text.size());
    const ByteSpan span{at, end};
    gaps.push_back({span, span.empty() ? 0 : count_line_breaks(span.of(text))});
    if (w < words.size()) at = words[w].span.end;
  }
  return gaps;
}

Result<PreparedContext> prepare_context(std::string_view text, Structure structure) {
  PreparedContext context;
  context.text = text;
  context.structure = std::move(structure);
  const bool is_words = context.structure.is_plain() && context.structure.nodes[0].policy == Policy::kWords;
  const std::vector<Region> regions = is_words ? std::vector<Region>() : regions_of(context.structure);
  auto document = is_words ? segment(text) : segment(text, regions);
  if (!document) return tl::unexpected(document.error());
  context.document = std::move(*document);
  context.gaps = find_gaps(text, context.document.words);
  if (is_words) return context;
  context.nodes.reserve(context.n_words());
  std::size_t r = 0;
  for (const Word& word : context.document.words) {
    while (regions[r].span.end <= word.span.begin) ++r;
    context.nodes.push_back(regions[r].node);
  }
  for (std::size_t w = 1; w < context.n_words(); ++w) {
    // White space inside a tag goes with it.
    const bool inside_removed =
        context.nodes[w] == context.nodes[w - 1] && context.node_of(w).policy == Policy::kRemoved;
    if (inside_removed) context.gaps[w] = {{context.gaps[w].span.begin, context.gaps[w].span.begin}, 0};
  }
  mark_frame_sides(context);
  return context;
}

}  // namespace pith
