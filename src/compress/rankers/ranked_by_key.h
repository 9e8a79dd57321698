// From keys to an order, the same for every ranker.
#pragma once

#include <span>
#include <vector>

#include "compress/context_ranker.h"

namespace pith {

enum class BestKey { kHighest, kLowest };

/// Contexts 0 .. keys.size() - 1, best first; equal keys in ascending order of their numbers; NaN after all others.
[[nodiscard]] std::vector<RankedContext> ranked_by_key(std::span<const double> keys, BestKey best);

}  // namespace pith
