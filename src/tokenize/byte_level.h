// GPT-2's spelling of bytes: vocabularies of byte-level BPE are JSON, so each of the 256 bytes is written as a visible
// character. Printable bytes of Latin-1 stand for themselves, the others are U+0100, U+0101, ... in their order:
//
//   ' ' is spelled U+0120, '\n' U+010A, and the two bytes of U+00E9 are spelled U+00C3 U+00A9.
#pragma once

#include <array>
#include <string_view>

namespace pith {

/// The character that spells a byte; 0x21 to 0x143.
[[nodiscard]] constexpr char32_t byte_level_char(unsigned char byte) {
  const auto shows = [](unsigned b) {
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
  };
  if (shows(byte)) return byte;
  char32_t c = 0x100;
  for (unsigned b = 0; b < byte; ++b) c += shows(b) ? 0u : 1u;
  return c;
}

/// Its UTF-8, one or two bytes, views a constant.
[[nodiscard]] inline std::string_view byte_level_spelling(unsigned char byte) {
  struct Spelling {
    std::array<char, 2> bytes{};
    unsigned char n = 0;
  };
  static constexpr auto kSpellings = [] {
    std::array<Spelling, 256> table{};
    for (unsigned b = 0; b < table.size(); ++b) {
      const char32_t c = byte_level_char(static_cast<unsigned char>(b));
      if (c < 0x80) {
        table[b] = {{static_cast<char>(c), 0}, 1};
      } else {
        table[b] = {{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))}, 2};
      }
    }
    return table;
  }();
  return {kSpellings[byte].bytes.data(), kSpellings[byte].n};
}

}  // namespace pith
