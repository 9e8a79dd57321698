// UTF-8 as it comes: every byte string can be walked, and nothing is ever lost. A broken sequence counts as one U+FFFD
// of one to three bytes, cut as Unicode recommends ("maximal subpart", The Unicode Standard 3.9, table 3-8; the WHATWG
// decoder does the same), so offsets agree with what browsers, Python's errors="replace" and ICU see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pith {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// One step through a text. `value` is a Unicode scalar value (never a surrogate); kReplacementCharacter if not
/// `valid`.
struct CodePoint {
  char32_t value = 0;
  std::uint32_t n_bytes = 0;  ///< 1 to 4; of an invalid sequence 1 to 3
  bool valid = true;

  friend bool operator==(const CodePoint&, const CodePoint&) = default;
};

/// decode_code_point() for a lead byte of 0x80 or above.
[[nodiscard]] CodePoint decode_multibyte(std::string_view text, std::size_t at);

/// The code point (or broken sequence) that begins at byte `at`. REQUIRES: at < text.size(), and `at` was reached by
/// such steps from the start, or lies on a boundary.
[[nodiscard]] inline CodePoint decode_code_point(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) [[likely]]
    return {byte, 1, true};
  return decode_multibyte(text, at);
}

/// Whether the whole text is well-formed UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// Appends the UTF-8 of `c`, returns its number of bytes. REQUIRES: a Unicode scalar value.
std::size_t append_utf8(char32_t c, std::string* out);

/// Bytes below 0x80 from byte `at` on, up to the first other one. REQUIRES: at <= text.size().
[[nodiscard]] std::size_t ascii_run(std::string_view text, std::size_t at);

/// The Unicode property White_Space: what separates words.
[[nodiscard]] constexpr bool is_white_space(char32_t c) {
  if (c <= 0x20) return c == 0x20 || (c >= 0x09 && c <= 0x0D);
  if (c < 0x1680) return c == 0x85 || c == 0xA0;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace pith
