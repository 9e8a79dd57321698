// How byte-level BPE cuts a text into pieces before merging: tiktoken's split patterns of o200k_base and cl100k_base
// and the four that nearly every tokenizer.json uses, as hand-written scanners, several times faster than a
// regular-expression engine and linear for any text. Equality with tiktoken's patterns is shown against a backtracking
// twin (tests/reference/bpe_reference.h) on every short text over a covering alphabet, that of the others against
// split_regex.h, and all against the libraries themselves on many longer texts (tests/oracle/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pith {

/// The patterns are in bpe_split.cc. Those of tokenizer.json files see characters as Hugging Face's library does, whose
/// Unicode version is older than tiktoken's.
enum class BpePattern : std::uint8_t {
  kO200k,   ///< tiktoken's o200k_base
  kCl100k,  ///< tiktoken's cl100k_base
  kGpt2,    ///< tokenizer.json of GPT-2, RoBERTa, ModernBERT, SmolLM2: what ByteLevel with use_regex does
  kLlama3,  ///< tokenizer.json of Llama 3
  kQwen2,   ///< tokenizer.json of Qwen 2 and 3
  kGpt4o,   ///< tokenizer.json of o200k_base
};

/// The pattern that a tokenizer.json spells exactly so, if it is one of the above.
[[nodiscard]] std::optional<BpePattern> known_split_pattern(std::string_view regex);

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
/// The same for the patterns of tokenizer.json.
[[nodiscard]] BpeClass onig_class(char32_t c);
/// Whether the Digits pre-tokenizer of a tokenizer.json takes `c` for a digit. REQUIRES: c <= 0x10FFFF. Thread-safe.
[[nodiscard]] bool is_numeric(char32_t c);

/// The end of the piece that begins at byte `at`: the leftmost-first match of the pattern there. Pieces follow each
/// other without gaps. REQUIRES: `text` is well-formed UTF-8, at < text.size() and a code point begins there.
/// Thread-safe.
[[nodiscard]] std::size_t bpe_piece_end(BpePattern pattern, std::string_view text, std::size_t at);

}  // namespace pith
