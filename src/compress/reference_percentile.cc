#include "compress/reference_percentile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace pith {
namespace {

/// Keeps a product from being fused with the addition around it (some compilers do so where the CPU has such an
/// instruction): NumPy rounds each step.
template <class T>
T rounded(T value) {
  volatile T stored = value;
  return stored;
}

/// The two neighbours in sorted order of the rank `index`; beyond the last rank both are the maximum.
struct Neighbours {
  float below = 0;
  float above = 0;
};

Neighbours neighbours(std::vector<float>& values, std::size_t index) {
  if (index + 1 >= values.size()) {
    const float largest = *std::max_element(values.begin(), values.end());
    return {largest, largest};
  }
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), nth, values.end());
  return {*nth, *std::min_element(nth + 1, values.end())};
}

template <class T>
T percentile(std::vector<float>& values, int q) {
  const T share = static_cast<T>(q) / static_cast<T>(100);
  const T rank = rounded(static_cast<T>(values.size() - 1) * share);
  const T floor = std::floor(rank);
  const T fraction = rank - floor;
  const Neighbours pair = neighbours(values, static_cast<std::size_t>(floor));
  const auto below = static_cast<T>(pair.below);
  const auto above = static_cast<T>(pair.above);
  const T step = above - below;
  return fraction >= static_cast<T>(0.5) ? above - rounded(step * (static_cast<T>(1) - fraction))
                                         : below + rounded(step * fraction);
}

}  // namespace

double numpy_percentile(std::vector<float> values, int q, NumpyType type) {
  PITH_CHECK(!values.empty() && q >= 0 && q <= 100, "q " + std::to_string(q));
  if (type == NumpyType::kFloat64) return percentile<double>(values, q);
  return static_cast<double>(percentile<float>(values, q));
}

}  // namespace pith
