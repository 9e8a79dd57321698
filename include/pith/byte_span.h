// Half-open byte ranges of an input text. Offsets rather than views: they stay meaningful for as long as the caller
// keeps that exact text, and survive a move of the string that holds it.
#pragma once

#include <cstdint>
#include <string_view>

namespace pith {

/// [begin, end) in bytes of the original input. 32 bits: inputs are capped far below 4 GiB (kMaxInputBytes).
struct ByteSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] constexpr std::uint32_t n_bytes() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return begin == end; }
  /// The bytes of `text` it covers. REQUIRES: end <= text.size().
  [[nodiscard]] constexpr std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }

  friend constexpr bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

}  // namespace pith
