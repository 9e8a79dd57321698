// Lengths that networks are computed at; see encoder_runner.h.
#pragma once

#include <cstddef>

namespace pith {

/// The length a sequence of `n_tokens` is computed at: the next multiple of 16 up to 256, of 32 up to 512, then of 128.
/// 24 lengths up to 512 tokens; on average 5 % more work.
[[nodiscard]] constexpr std::size_t padded_length(std::size_t n_tokens) {
  const std::size_t step = n_tokens <= 256 ? 16 : n_tokens <= 512 ? 32 : 128;
  return (n_tokens + step - 1) / step * step;
}

}  // namespace pith
