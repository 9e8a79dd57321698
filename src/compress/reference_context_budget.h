// The budget controller over whole contexts of the published LLMLingua and LongLLMLingua: which stay, in what order,
// and how much more or less than the average each keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pith/result.h"

namespace pith {

struct ReferenceContextBudget {
  double target = 0;                   ///< model tokens, after apply_context_budget()
  std::vector<std::int64_t> forced;    ///< as the caller gave them; negative ones count from the end
  std::vector<std::size_t> preserved;  ///< forced by their tags, ascending
  std::optional<std::int64_t> force_context_number;
  std::string_view reorder = "original";  ///< "original", "two_stage"; anything else: best first
  double dynamic_ratio = 0;
};

struct ReferenceContextChoice {
  std::vector<std::size_t> used;       ///< contexts in their new order; a context forced twice is there twice
  std::vector<double> dynamic_ratios;  ///< what is added to the ratio of each of them
};

/// Takes contexts in `ranked` order (best first) until their `n_tokens` exceed the budget; the one that does is taken
/// too. Forced ones stand in front and cost nothing until their turn comes. Errors: kInvalidArgument for a forced
/// context below -n; those beyond the last are ignored.
[[nodiscard]] Result<ReferenceContextChoice> choose_reference_contexts(std::span<const std::size_t> ranked,
                                                                       std::span<const std::size_t> n_tokens,
                                                                       const ReferenceContextBudget& budget);

}  // namespace pith
