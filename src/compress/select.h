// The budget: which words stay so that the rendered text fits, counted by the target's own tokenizer.
//
// All words of all contexts form one fixed ranking: forced ones first, then by priority, ties by position. The result
// is the longest prefix of that ranking that fits, found by bisection along one fixed dyadic tree of prefix lengths.
// Because the tree does not depend on the budget, a smaller budget can never end at a longer prefix, whatever the
// counts do in between: results are nested.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compress/prepared_context.h"
#include "pith/result.h"

namespace pith {

/// A word of the request: contexts[context].document.words[word].
struct WordRef {
  std::uint32_t context = 0;
  std::uint32_t word = 0;
};

struct Ranking {
  std::vector<WordRef> order;  ///< best first; words of dropped contexts are not in it
  std::size_t n_forced = 0;    ///< the first n_forced of them are forced
};

[[nodiscard]] Ranking rank_words(std::span<const PreparedContext> contexts);

/// Keep flags per context (empty for dropped contexts) of the first n_kept words of the ranking.
using KeepFlags = std::vector<std::vector<std::uint8_t>>;
[[nodiscard]] KeepFlags keep_flags(std::span<const PreparedContext> contexts, const Ranking& ranking,
                                   std::size_t n_kept);

/// Number of words at the head of the ranking that are forced or rank by a priority above `threshold`.
[[nodiscard]] std::size_t count_above(std::span<const PreparedContext> contexts, const Ranking& ranking,
                                      double threshold);

/// Number of words to keep: count(n) is the token count of the rendering of the first n, and count(result) <= budget
/// while count(result + 1) > budget unless all words fit. Calls `count` about log2(words) times. Errors:
/// kBudgetTooSmall when the forced words alone exceed the budget; the message names both numbers.
[[nodiscard]] Result<std::size_t> select_prefix(const Ranking& ranking, std::int64_t budget_tokens,
                                                const std::function<std::int64_t(std::size_t n_kept)>& count);

}  // namespace pith
