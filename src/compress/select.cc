#include "compress/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace pith {

KeepFlags keep_flags(std::span<const PreparedContext> contexts, const Ranking& ranking, std::size_t n_steps) {
  KeepFlags flags(contexts.size());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    if (!contexts[c].is_dropped) flags[c].assign(contexts[c].n_words(), 0);
  }
  const std::size_t n_kept = n_steps == 0 ? 0 : ranking.steps[n_steps - 1].order_end;
  for (std::size_t i = 0; i < n_kept; ++i) flags[ranking.order[i].context][ranking.order[i].word] = 1;
  return flags;
}

std::size_t count_above(const Ranking& ranking, double threshold) {
  std::size_t n_steps = ranking.n_forced;
  while (n_steps < ranking.steps.size() && static_cast<double>(ranking.steps[n_steps].priority) > threshold) ++n_steps;
  return n_steps;
}

Result<std::size_t> select_prefix(const Ranking& ranking, std::int64_t budget_tokens,
                                  const std::function<std::int64_t(std::size_t)>& count) {
  std::size_t fits = ranking.n_forced;
  if (fits > 0) {
    const std::int64_t n_forced_tokens = count(fits);
    if (n_forced_tokens > budget_tokens) {
      return fail(ErrorCode::kBudgetTooSmall,
                  fmt::format("the forced words alone take {} tokens, but the budget is {}; raise the rate or "
                              "target_token, or force less",
                              n_forced_tokens, budget_tokens));
    }
  }
  // Walk down the dyadic tree over prefix lengths: from the largest power of two, each step is taken if it still fits.
  // The node visited next depends only on the answers so far, and every answer for a larger budget is at least as
  // generous, so the paths of two budgets can part only in the right order.
  const std::size_t n_steps = ranking.steps.size();
  for (std::size_t step = std::bit_floor(n_steps); step > 0; step /= 2) {
    const std::size_t candidate = fits + step;
    if (candidate <= n_steps && count(candidate) <= budget_tokens) fits = candidate;
  }
  return fits;
}

}  // namespace pith
