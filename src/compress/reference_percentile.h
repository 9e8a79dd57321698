// numpy.percentile with its default method, in the arithmetic NumPy 2 uses: reference mode's thresholds, on which the
// last bit of a number decides whether a word stays.
#pragma once

#include <vector>

namespace pith {

/// The element type NumPy gives the array of values. A list of float32 scalars becomes float32; one Python float among
/// them (a forced 1.0, a dropped 0.0) makes it float64, and then q and the interpolation are computed in double too.
enum class NumpyType { kFloat32, kFloat64 };

/// The `q`-th percentile (linear interpolation between the two nearest ranks), widened to double if it is a float32.
/// REQUIRES: `values` is not empty and has no NaN; 0 <= q <= 100. Linear in the number of values.
[[nodiscard]] double numpy_percentile(std::vector<float> values, int q, NumpyType type);

}  // namespace pith
