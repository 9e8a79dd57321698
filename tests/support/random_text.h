// Seeded inputs that no person would write, for property tests and fuzz replays. Only the engine's own numbers are
// used: standard distributions differ between libraries.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace pith::testing {

using Random = std::mt19937_64;

inline std::size_t random_below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

inline void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t value) { out.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0U | (c >> 6U));
    byte(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0U | (c >> 12U));
    byte(0x80U | ((c >> 6U) & 0x3FU));
    byte(0x80U | (c & 0x3FU));
  } else {
    byte(0xF0U | (c >> 18U));
    byte(0x80U | ((c >> 12U) & 0x3FU));
    byte(0x80U | ((c >> 6U) & 0x3FU));
    byte(0x80U | (c & 0x3FU));
  }
}

/// Any bytes, most of them broken UTF-8.
inline std::string random_bytes(Random& random, std::size_t n_bytes) {
  std::string out(n_bytes, '\0');
  for (char& c : out) c = static_cast<char>(static_cast<unsigned char>(random() & 0xFFU));
  return out;
}

/// ASCII with much punctuation and white space: what the splitting rules branch on.
inline std::string random_ascii(Random& random, std::size_t n_bytes) {
  constexpr std::string_view kAlphabet =
      "aaabcdeSTUwwhttp0123456789....,,::--//__''\"\"()[]{}<>!?;&=#$%+*|`~^@\\     \n\n\r\t\x1b";
  std::string out;
  while (out.size() < n_bytes) out.push_back(kAlphabet[random_below(random, kAlphabet.size())]);
  return out;
}

/// Any assigned or unassigned scalar values, with those that interact (marks, joiners, flags, spaces, stops) often.
inline std::string random_unicode(Random& random, std::size_t n_code_points) {
  struct Range {
    char32_t low, high;
  };
  static constexpr std::array<Range, 32> kRanges = {{
      {0x00, 0x7F},       {0x20, 0x20},       {0x21, 0x2F},       {0x30, 0x39},     {0x61, 0x7A},
      {0x41, 0x5A},       {0x80, 0x24F},      {0x300, 0x36F},     {0x370, 0x4FF},   {0x590, 0x6FF},
      {0x900, 0x97F},     {0xE00, 0xE7F},     {0xE80, 0xEFF},     {0x1000, 0x109F}, {0x1100, 0x11FF},
      {0x1780, 0x17FF},   {0x2000, 0x206F},   {0x200B, 0x200F},   {0x20A0, 0x214F}, {0x2190, 0x27BF},
      {0x3000, 0x30FF},   {0x4E00, 0x4FFF},   {0xAC00, 0xADFF},   {0xFE00, 0xFE0F}, {0xFF00, 0xFFEF},
      {0x1F1E6, 0x1F1FF}, {0x1F300, 0x1F64F}, {0x1F3FB, 0x1F3FF}, {0x20D0, 0x20FF}, {0x0A, 0x0D},
      {0xE000, 0x10FFFF}, {0x0, 0xD7FF},
  }};
  std::string out;
  for (std::size_t i = 0; i < n_code_points; ++i) {
    const Range range = kRanges[random_below(random, kRanges.size())];
    append_utf8(out, range.low + static_cast<char32_t>(random_below(random, range.high - range.low + 1)));
  }
  return out;
}

/// One of the three, or two of them mixed.
inline std::string random_text(Random& random, std::size_t size) {
  switch (random_below(random, 4)) {
    case 0:
      return random_bytes(random, size);
    case 1:
      return random_ascii(random, size);
    case 2:
      return random_unicode(random, size);
    default:
      return random_ascii(random, size / 2) + random_bytes(random, size / 8) + random_unicode(random, size / 4);
  }
}

}  // namespace pith::testing
