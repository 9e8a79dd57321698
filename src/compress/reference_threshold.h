// The threshold of the published library's token filter.
#pragma once

#include <span>

#include "pith/result.h"

namespace pith {

/// The value that about `ratio` of `values` are above: element max(0, min(m - 1, trunc(m * ratio) - 1)) of the m values
/// that are not exactly 10000, in descending order; -infinity for a ratio of exactly 1. Linear on average. Errors:
/// kInvalidArgument if no value is left.
[[nodiscard]] Result<float> reference_threshold(std::span<const float> values, double ratio);

}  // namespace pith
