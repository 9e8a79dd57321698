// What BERT's text normaliser knows about single code points, as the Hugging Face `tokenizers` library sees them
// (bert_char_data.h, generated). Independent of the ICU and locale of the machine.
#pragma once

#include <array>
#include <cstdint>

#include "tokenize/code_point_table.h"

namespace pith {

/// Bits of BertChars::record.
inline constexpr std::uint16_t kBertDrop = 1 << 0;         ///< clean_text removes it (controls, NUL, U+FFFD)
inline constexpr std::uint16_t kBertSpace = 1 << 1;        ///< clean_text turns it into ' '
inline constexpr std::uint16_t kBertChinese = 1 << 2;      ///< handle_chinese_chars puts spaces around it
inline constexpr std::uint16_t kBertWhite = 1 << 3;        ///< separates words
inline constexpr std::uint16_t kBertPunctuation = 1 << 4;  ///< a word of its own
inline constexpr std::uint16_t kBertMark = 1 << 5;         ///< nonspacing mark: strip_accents removes it
inline constexpr std::uint16_t kBertDecomposes = 1 << 6;   ///< canonical decomposition differs from itself
inline constexpr std::uint16_t kBertLowers = 1 << 7;       ///< lower case differs from itself

/// Up to four code points that one code point became.
struct CodePoints {
  std::array<char32_t, 4> at{};
  std::uint32_t n = 0;
};

/// Immutable and thread-safe.
class BertChars {
 public:
  /// Built on first use (well under a millisecond), kept for the life of the process.
  static const BertChars& instance();

  /// Flags in the low byte, canonical combining class in the high byte. REQUIRES: c <= 0x10FFFF.
  [[nodiscard]] std::uint16_t record(char32_t c) const { return records_[c]; }
  [[nodiscard]] static std::uint8_t combining_class(std::uint16_t record) {
    return static_cast<std::uint8_t>(record >> 8);
  }
  /// Full canonical decomposition; `c` itself without kBertDecomposes.
  [[nodiscard]] CodePoints decompose(char32_t c) const;
  /// Lower case without context (final sigma stays U+03C3); `c` itself without kBertLowers.
  [[nodiscard]] CodePoints lower(char32_t c) const;

 private:
  BertChars();
  CodePointTable<std::uint16_t> records_;
};

}  // namespace pith
