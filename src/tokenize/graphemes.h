// Extended grapheme clusters (Unicode Annex 29), as the Hugging Face `tokenizers` library sees them: what a reader
// takes for one character, such as "e" with an acute that follows. SentencePiece's character map is looked up by
// cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenize/code_point_table.h"

namespace pith {

/// Immutable and thread-safe.
class Graphemes {
 public:
  /// Built on first use (well under a millisecond), kept for the life of the process.
  static const Graphemes& instance();

  /// How `c` joins its neighbours; only the functions below know what the bits mean. REQUIRES: c <= 0x10FFFF.
  [[nodiscard]] std::uint16_t flags(char32_t c) const { return flags_[c]; }
  /// False when a cluster surely ends between two characters that follow each other, given their flags; the first is
  /// the cluster's first. What is true needs cluster_end().
  [[nodiscard]] static bool may_join(std::uint16_t first, std::uint16_t next) {
    return (next & kJoins) != 0 || (first & (kPrepend | kHangul | kCarriageReturn)) != 0;
  }
  /// The end of the cluster that begins at byte `at`, but for pairs of regional indicators (flags), which are two
  /// clusters here: no cluster of fewer than six bytes has one. REQUIRES: well-formed UTF-8; at < text.size().
  [[nodiscard]] std::size_t cluster_end(std::string_view text, std::size_t at) const;

 private:
  // The first eight and kHangul are written by tools/make_grapheme_tables.py.
  static constexpr std::uint16_t kJoins = 1 << 0;           ///< Extend, ZWJ, SpacingMark: never begins a cluster
  static constexpr std::uint16_t kControl = 1 << 1;         ///< always alone, but for CR LF
  static constexpr std::uint16_t kPrepend = 1 << 2;         ///< joins what follows
  static constexpr std::uint16_t kPicture = 1 << 3;         ///< Extended_Pictographic
  static constexpr std::uint16_t kPictureExtend = 1 << 4;   ///< may stand between a picture and its ZWJ
  static constexpr std::uint16_t kConsonant = 1 << 5;       ///< Indic_Conjunct_Break=Consonant
  static constexpr std::uint16_t kLinker = 1 << 6;          ///< Indic_Conjunct_Break=Linker
  static constexpr std::uint16_t kConjunctExtend = 1 << 7;  ///< Indic_Conjunct_Break=Extend or Linker
  static constexpr std::uint16_t kHangul = 7 << 8;          ///< a number: L, V, T, LV, LVT from 1
  static constexpr std::uint16_t kCarriageReturn = 1 << 11;
  static constexpr std::uint16_t kLineFeed = 1 << 12;
  static constexpr std::uint16_t kJoiner = 1 << 13;  ///< ZERO WIDTH JOINER

  Graphemes();
  [[nodiscard]] static bool hangul_joins(std::uint16_t before, std::uint16_t after);

  CodePointTable<std::uint16_t> flags_;
};

}  // namespace pith
