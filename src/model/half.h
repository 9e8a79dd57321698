// float16 and bfloat16 as stored in checkpoints, to float32 (branch-free, so that loops over them vectorise on any CPU)
// and back.
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

/// Rounded to nearest, ties to even. REQUIRES: not NaN. Values beyond the largest bfloat16 become infinite.
[[nodiscard]] constexpr std::uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

/// Rounded to nearest, ties to even. REQUIRES: not NaN. Magnitudes from 65520 up become infinite.
[[nodiscard]] constexpr std::uint16_t float_to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits & 0x80000000U) >> 16);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude >= 0x477FF000U) return sign | 0x7C00U;
  if (magnitude < 0x38800000U) {
    // Subnormal: adding 1/2 puts a float's last bit at 2^-24, where the last bit of a subnormal float16 is.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U));
  }
  const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13));
}

}  // namespace pith
