#include "compress/reference_threshold.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace pith {

Result<float> reference_threshold(std::span<const float> values, double ratio) {
  if (ratio == 1.0) return -std::numeric_limits<float>::infinity();
  constexpr float kIgnored = 10000;
  std::vector<float> sorted;
  sorted.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted), [](float v) { return v != kIgnored; });
  if (sorted.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "reference mode has no likelihood left to take a threshold of; raise the rate or iterative_size");
  }
  const auto n = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::ptrdiff_t>(std::max(0.0, std::min(n - 1, std::trunc(n * ratio) - 1)));
  std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end(), std::greater<>());
  return sorted[static_cast<std::size_t>(rank)];
}

}  // namespace pith
