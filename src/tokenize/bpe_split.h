// How tiktoken cuts a text into pieces before merging: the split patterns of o200k_base and cl100k_base as hand-written
// scanners, several times faster than a regular-expression engine and linear for any text. Equality with the patterns
// is shown against a backtracking twin (tests/reference/bpe_reference.h) on every short text over a covering alphabet,
// and against tiktoken itself on millions of longer ones (tests/oracle/tokenize_oracle.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pith {

enum class BpePattern : std::uint8_t { kO200k, kCl100k };

/// Character classes of the patterns; the numbers are those of bpe_char_data.h.
enum class BpeClass : std::uint8_t {
  kOther = 0,
  kUpper = 1,     ///< \p{Lu}\p{Lt}
  kLower = 2,     ///< \p{Ll}
  kCaseless = 3,  ///< \p{Lm}\p{Lo}
  kMark = 4,      ///< \p{M}
  kNumber = 5,    ///< \p{N}
  kSpace = 6,     ///< \s
};

/// The class of a code point as tiktoken's regular expressions see it. REQUIRES: c <= 0x10FFFF. Thread-safe.
[[nodiscard]] BpeClass bpe_class(char32_t c);

/// The end of the piece that begins at byte `at`: the leftmost-first match of the pattern there. Pieces follow each
/// other without gaps. REQUIRES: `text` is well-formed UTF-8, at < text.size() and a code point begins there.
/// Thread-safe.
[[nodiscard]] std::size_t bpe_piece_end(BpePattern pattern, std::string_view text, std::size_t at);

}  // namespace pith
