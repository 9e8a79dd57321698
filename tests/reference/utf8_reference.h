// The obvious twin of text/utf8.h: The Unicode Standard, table 3-7 (well-formed byte sequences), tried row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pith::reference {

struct Utf8Step {
  char32_t value = 0xFFFD;
  std::uint32_t n_bytes = 1;
  bool valid = false;
};

inline Utf8Step utf8_step(std::string_view text, std::size_t at) {
  struct Range {
    unsigned low, high;
  };
  static const std::vector<std::vector<Range>> kRows = {
      {{0x00, 0x7F}},
      {{0xC2, 0xDF}, {0x80, 0xBF}},
      {{0xE0, 0xE0}, {0xA0, 0xBF}, {0x80, 0xBF}},
      {{0xE1, 0xEC}, {0x80, 0xBF}, {0x80, 0xBF}},
      {{0xED, 0xED}, {0x80, 0x9F}, {0x80, 0xBF}},
      {{0xEE, 0xEF}, {0x80, 0xBF}, {0x80, 0xBF}},
      {{0xF0, 0xF0}, {0x90, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}},
      {{0xF1, 0xF3}, {0x80, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}},
      {{0xF4, 0xF4}, {0x80, 0x8F}, {0x80, 0xBF}, {0x80, 0xBF}},
  };
  Utf8Step best;
  for (const auto& row : kRows) {
    std::uint32_t n = 0;
    while (n < row.size() && at + n < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at + n]);
      if (byte < row[n].low || byte > row[n].high) break;
      ++n;
    }
    if (n == row.size()) {
      const unsigned kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
      char32_t value = static_cast<unsigned char>(text[at]) & kLeadMask[n];
      for (std::uint32_t i = 1; i < n; ++i) value = value * 64 + (static_cast<unsigned char>(text[at + i]) - 0x80U);
      return {value, n, true};
    }
    if (n > best.n_bytes) best.n_bytes = n;  // the maximal subpart of an ill-formed sequence
  }
  return best;
}

}  // namespace pith::reference
