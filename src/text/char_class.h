// What the word splitter needs to know about a character, as bits. ASCII by table; the rest from ICU's properties.
#pragma once

#include <array>
#include <cstdint>

namespace pith {

using CharBits = std::uint32_t;

enum CharBit : CharBits {
  kSpace = 1U << 0,        ///< White_Space
  kLetter = 1U << 1,       ///< continues a word: letters, marks, invisible formatting, unassigned, invalid bytes
  kDigit = 1U << 2,        ///< any numeric character
  kDictionary = 1U << 3,   ///< a script without spaces, cut by ICU: Han, kana, Thai, Lao, Khmer, Burmese, ...
  kControl = 1U << 4,      ///< C0, C1, U+200B and U+FEFF: words of their own
  kSymbol = 1U << 5,       ///< emoji, arrows, bullets of category So: words of their own
  kOpen = 1U << 6,         ///< opening bracket; with kTwoSided the likelier direction of a quote
  kClose = 1U << 7,        ///< closing bracket; likewise
  kStop = 1U << 8,         ///< . , ; : ! ? and their like in other scripts
  kTwoSided = 1U << 9,     ///< quotes and emphasis marks, whose direction their neighbours tell
  kApostrophe = 1U << 10,  ///< joins between letters
  kGlue = 1U << 11,        ///< belongs to the identifier or number beside it: / \ @ = # $ % & + _ ~ ^, currency, degree
  kHyphen = 1U << 12,      ///< joins: hyphens
  kDash = 1U << 13,        ///< splits: en and em dashes
  kMiddle = 1U << 14,      ///< joins between letters or digits: middle dot, gershayim
  kMiddleNumber = 1U << 15,  ///< joins between digits: Arabic decimal separators, fullwidth full stop
  kMath = 1U << 16,          ///< category Sm outside ASCII
  kPercent = 1U << 17,       ///< percent and per mille signs
  kDecimal = 1U << 18,       ///< category Nd
  kContent = 1U << 19,       ///< makes a word more than punctuation
  kClusters = 1U << 20,      ///< may join with a neighbour into one grapheme cluster
  kNonAscii = 1U << 21,      ///< ASCII table only: a byte of 0x80 or above
};

/// Bits per byte; entries from 0x80 on are kNonAscii.
extern const std::array<CharBits, 256> kAsciiBits;

/// REQUIRES: a Unicode scalar value.
[[nodiscard]] CharBits char_bits(char32_t c);

}  // namespace pith
