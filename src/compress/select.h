// The budget: which words stay so that the rendered text fits, counted by the target's own tokenizer.
//
// All words of all contexts form one fixed ranking, in steps (rank_units.h): a word, or a piece with what must come
// along. The result is the longest prefix of steps that fits, found by bisection along one fixed dyadic tree of prefix
// lengths. Because the tree does not depend on the budget, a smaller budget can never end at a longer prefix, whatever
// the counts do in between: results are nested.
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

/// What may be taken next, and how badly it is wanted.
struct Step {
  static constexpr std::uint32_t kNoNode = 0xFFFFFFFF;

  std::uint32_t order_end = 0;  ///< Ranking::order up to here is what this step and those before it keep
  float priority = 0;
  std::uint32_t context = 0;
  std::uint32_t node = kNoNode;  ///< outermost node of the structure that enters with it; kNoNode: a word alone
};

struct Ranking {
  std::vector<WordRef> order;  ///< best first; words that no step keeps (of dropped contexts, removed) are not in it
  std::vector<Step> steps;     ///< priorities never rise, behind the forced ones
  std::size_t n_forced = 0;    ///< the first n_forced steps are forced
};

/// Keep flags per context (empty for dropped contexts) of the first n_steps of the ranking.
using KeepFlags = std::vector<std::vector<std::uint8_t>>;
[[nodiscard]] KeepFlags keep_flags(std::span<const PreparedContext> contexts, const Ranking& ranking,
                                   std::size_t n_steps);

/// Number of steps at the head of the ranking that are forced or have a priority above `threshold`.
[[nodiscard]] std::size_t count_above(const Ranking& ranking, double threshold);

/// Number of steps to keep: count(n) is the token count of the rendering of the first n, and count(result) <= budget
/// while count(result + 1) > budget unless all fit. Calls `count` about log2(steps) times. Errors:
/// kBudgetTooSmall when the forced steps alone exceed the budget; the message names both numbers.
[[nodiscard]] Result<std::size_t> select_prefix(const Ranking& ranking, std::int64_t budget_tokens,
                                                const std::function<std::int64_t(std::size_t n_steps)>& count);

}  // namespace pith
