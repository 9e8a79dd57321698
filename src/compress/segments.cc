#include "compress/segments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "compress/budget.h"
#include "compress/rank_units.h"
#include "compress/select.h"

namespace pith {
namespace {

template <class T>
std::vector<T> slice(const std::vector<T>& all, std::size_t begin, std::size_t end) {
  if (all.empty()) return {};
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// Words that begin inside `span`: [first, second).
std::pair<std::size_t, std::size_t> words_in(const PreparedContext& context, ByteSpan span) {
  const auto begin_of = [](const Word& word) { return word.span.begin; };
  const std::vector<Word>& words = context.document.words;
  const auto first = std::ranges::lower_bound(words, span.begin, {}, begin_of);
  const auto last = std::ranges::lower_bound(words, span.end, {}, begin_of);
  return {static_cast<std::size_t>(first - words.begin()), static_cast<std::size_t>(last - words.begin())};
}

/// The root's own words are always kept.
void force_frame(PreparedContext& part) {
  for (std::size_t w = 0; w < part.n_words(); ++w) {
    if (part.nodes[w] == 0 && part.structure.nodes[0].policy == Policy::kGroup) part.forced[w] = 1;
  }
}

}  // namespace

PreparedContext slice_context(const PreparedContext& context, std::uint32_t n) {
  const Node& root = context.structure.nodes[n];
  const auto [first, last] = words_in(context, root.span);
  const std::uint32_t base = root.span.begin;
  PreparedContext part;
  part.text = root.span.of(context.text);
  part.structure.nodes = slice(context.structure.nodes, n, root.end);
  for (Node& node : part.structure.nodes) {
    node.span = {node.span.begin - base, node.span.end - base};
    node.parent = node.parent < n ? 0 : node.parent - n;
    node.end -= n;
  }
  part.structure.nodes[0].parent = 0;
  part.document.words = slice(context.document.words, first, last);
  for (Word& word : part.document.words) word.span = {word.span.begin - base, word.span.end - base};
  part.nodes = slice(context.nodes, first, last);
  for (std::uint32_t& node : part.nodes) node -= n;
  part.gaps = slice(context.gaps, first, last + 1);
  for (Gap& gap : part.gaps)
    gap.span = {std::max(gap.span.begin, base) - base, std::min(gap.span.end, root.span.end) - base};
  part.scores = slice(context.scores, first, last);
  part.priorities = slice(context.priorities, first, last);
  part.forced = slice(context.forced, first, last);
  part.matched = slice(context.matched, first, last);
  part.unit_of_word = slice(context.unit_of_word, first, last);
  return part;
}

Result<SegmentTokens> choose_in_segments(PreparedContext& context, const RenderOptions& options,
                                         const CountTokens& count) {
  SegmentTokens tokens;
  for (const Node& node : context.structure.nodes) {
    if (!node.is_forced || (node.kind != Kind::kSegment && node.kind != Kind::kJsonMember)) continue;
    const std::int64_t n_tokens = count(node.span.of(context.text));
    tokens.origin += n_tokens;
    tokens.kept += n_tokens;
  }
  context.excluded.resize(context.n_words(), 0);
  for (const SegmentRate& segment : context.segment_rates) {
    const std::size_t first = words_in(context, context.structure.nodes[segment.node].span).first;
    std::array part{slice_context(context, segment.node)};
    const std::int64_t n_tokens = count(part[0].text);
    // A pair that must stay keeps its key and quotes whatever the rate, which then is its value's.
    const bool has_fixed_frame = context.structure.nodes[segment.node].is_required;
    if (has_fixed_frame) force_frame(part[0]);
    const Ranking ranking = rank_units(part);
    const auto text_of = [&](std::size_t n_steps) {
      std::string text;
      render(part[0], keep_flags(part, ranking, n_steps)[0], options, &text);
      return text;
    };
    const std::int64_t frame_tokens = has_fixed_frame ? count(text_of(ranking.n_forced)) : 0;
    const std::int64_t budget_tokens =
        frame_tokens + share_of(std::max<std::int64_t>(0, n_tokens - frame_tokens), segment.rate);
    const auto n_steps = select_prefix(ranking, budget_tokens, [&](std::size_t n) { return count(text_of(n)); });
    if (!n_steps) return tl::unexpected(n_steps.error());
    const KeepFlags flags = keep_flags(part, ranking, *n_steps);
    for (std::size_t w = 0; w < flags[0].size(); ++w) {
      context.forced[first + w] = flags[0][w];
      context.excluded[first + w] = flags[0][w] == 0 ? 1 : 0;
    }
    tokens.origin += n_tokens;
    tokens.kept += count(text_of(*n_steps));
  }
  return tokens;
}

}  // namespace pith
