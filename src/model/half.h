// float16 and bfloat16 as stored in checkpoints, to float32. Branch-free, so that loops over them vectorise on any CPU.
#pragma once

#include <bit>
#include <cstdint>

namespace pith {

/// The top half of a float32.
[[nodiscard]] constexpr float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// IEEE binary16. Normal numbers get their exponent moved from bias 15 to 127 by a multiplication with 2^112, which
/// turns subnormals into the right float32 as well; infinities and NaN keep theirs (payload included).
[[nodiscard]] constexpr float float16_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t magnitude = (bits & 0x7FFFU) << 13;
  const float scaled = std::bit_cast<float>(magnitude) * 0x1p112F;
  const std::uint32_t special = magnitude | 0x7F800000U;
  const bool is_special = (bits & 0x7C00U) == 0x7C00U;
  return std::bit_cast<float>(sign | (is_special ? special : std::bit_cast<std::uint32_t>(scaled)));
}

}  // namespace pith
