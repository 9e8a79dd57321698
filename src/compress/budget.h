// How many tokens a request may keep.
#pragma once

#include <cmath>
#include <cstdint>

namespace pith {

/// floor(rate * n_tokens), where a product that binary arithmetic leaves just below a whole number counts as it
/// (0.29 * 100 is 28.999999999999996).
[[nodiscard]] inline std::int64_t share_of(std::int64_t n_tokens, double rate) {
  constexpr double kSlack = 1e-9;
  return static_cast<std::int64_t>(std::floor(rate * static_cast<double>(n_tokens) + kSlack));
}

}  // namespace pith
