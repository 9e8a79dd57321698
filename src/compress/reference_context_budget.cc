#include "compress/reference_context_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace pith {
Result<ReferenceContextChoice> choose_reference_contexts(std::span<const std::size_t> ranked,
                                                         std::span<const std::size_t> n_tokens,
                                                         const ReferenceContextBudget& budget) {
  const auto n_contexts = static_cast<std::int64_t>(n_tokens.size());
  for (const std::int64_t index : budget.forced) {
    if (index < -n_contexts) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("force_context_ids has {}, and there are {} contexts", index, n_contexts));
    }
  }
  std::vector<std::int64_t> used = budget.forced;
  std::unordered_set<std::int64_t> is_used(used.begin(), used.end());
  const auto use = [&](std::size_t context) {
    const auto index = static_cast<std::int64_t>(context);
    if (is_used.insert(index).second) used.push_back(index);
  };
  for (const std::size_t context : budget.preserved) use(context);
  double left = budget.target;
  for (const std::size_t context : ranked) {
    left -= static_cast<double>(n_tokens[context]);
    use(context);
    if (left < 0 || (budget.force_context_number && *budget.force_context_number <= 0)) break;
  }

  const std::vector<std::int64_t> original = used;
  if (budget.reorder == "original") {
    std::stable_sort(used.begin(), used.end());
  } else if (budget.reorder == "two_stage") {
    std::vector<std::int64_t> ends;
    for (std::size_t i = 0; i < original.size(); i += 2) ends.push_back(original[i]);
    for (std::size_t i = original.size() / 2; i-- > 0;) ends.push_back(original[2 * i + 1]);
    used = std::move(ends);
  }

  std::unordered_map<std::int64_t, double> ratio_of;
  const auto n = static_cast<double>(original.size());
  for (std::size_t position = 0; position < original.size(); ++position) {
    const double step = n > 1 ? std::abs(budget.dynamic_ratio) / (n - 1) : 0;
    const double rank = n - 1 - 2 * static_cast<double>(position);
    ratio_of[original[position]] = budget.dynamic_ratio > 0 ? rank * step : 0;
  }
  ReferenceContextChoice choice;
  for (const std::int64_t index : used) {
    choice.dynamic_ratios.push_back(ratio_of[index]);
    if (index < n_contexts) choice.used.push_back(static_cast<std::size_t>(index < 0 ? index + n_contexts : index));
  }
  return choice;
}

}  // namespace pith
