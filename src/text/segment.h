// Text to words and sentences: the units that compression keeps or drops, as byte spans of the original.
//
//   segment("Dr. Wu paid $3.50 (70%).")
//     words      Dr|.| Wu| paid| $3.50| (|70%|)|.
//     sentences  one: "Dr." is an abbreviation
//
// A word is what a reader would strike out in one piece. Text is cut at white space; punctuation at the edges of what
// remains becomes words of its own; numbers with their unit, identifiers, addresses, paths, URLs, contractions and
// hyphen compounds stay whole; Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut by ICU's dictionaries (UAX #29
// with dictionary break), and what UAX #29 calls a grapheme cluster is not cut. word_splitter.cc has the rules, one by
// one; tests/unit/text/segment_test.cc has them as examples.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"
#include "text/structure/regions.h"

namespace pith {

/// Words are at most this long, bytes; longer ones are cut after a joint such as '/' or '.' if there is one in reach.
inline constexpr std::size_t kMaxWordBytes = 256;
/// From this length on a word that is no URL is cut at its joints, if it has any.
inline constexpr std::size_t kMaxJoinedBytes = 128;
/// URLs stay whole up to this length, bytes.
inline constexpr std::size_t kMaxUrlBytes = 2048;

struct Word {
  ByteSpan span;                       ///< never empty, no white space inside
  bool has_decimal_digit : 1 {false};  ///< a character of Unicode category Nd
  bool is_punctuation : 1 {false};     ///< punctuation and symbols only; emoji are not counted as such
  bool is_closing : 1 {false};         ///< belongs to what stands on its left: . , ; : ! ? closing bracket or quote, %
  bool is_opening : 1 {false};         ///< belongs to what stands on its right: opening bracket or quote
  bool glued_left : 1 {false};         ///< follows the previous word without white space

  friend bool operator==(const Word&, const Word&) = default;
};

/// words[first_word, end_word). The span runs from the first word's begin to the last one's end.
struct Sentence {
  std::uint32_t first_word = 0;
  std::uint32_t end_word = 0;
  ByteSpan span;

  friend bool operator==(const Sentence&, const Sentence&) = default;
};

/// Words are ascending and disjoint, and each byte that is no Unicode White_Space lies in exactly one of them, invalid
/// bytes and control characters included: words and the white space between them are the text. Each sentence has at
/// least one word, and each word is in exactly one sentence.
struct Document {
  std::vector<Word> words;
  std::vector<Sentence> sentences;

  friend bool operator==(const Document&, const Document&) = default;
};

/// A pure function of `text`, linear in its length, thread-safe. Words depend on nothing beyond the white space around
/// them and sentences on nothing beyond a blank line: segmenting a + "\n\n" + b gives the units of a, then those of b.
///
/// A cut within a grapheme cluster happens only beside white space (a combining mark after a space) and in clusters of
/// more than kMaxWordBytes, which no language has. Errors: kTooLarge above kMaxInputBytes; kInternal if ICU's data
/// cannot be loaded.
[[nodiscard]] Result<Document> segment(std::string_view text);

/// The same for a text of which only some regions are words: each of those is cut as if white space stood around it,
/// and in the others every run of bytes without white space is one word, however long (a verbatim region is one word,
/// white space and all). REQUIRES: `regions` tile the text.
[[nodiscard]] Result<Document> segment(std::string_view text, std::span<const Region> regions);

}  // namespace pith
