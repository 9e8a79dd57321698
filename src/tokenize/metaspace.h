// The pre-tokenizers of SentencePiece models: words are what stands between white space, and each carries the space
// before it as a visible "▁".
//
//   "a  bc"  ->  ▁a ▁bc        WhitespaceSplit, then Metaspace
//            ->  ▁a ▁ ▁bc      Metaspace alone
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tokenize/aligned_text.h"
#include "tokenize/sentencepiece_normalizer.h"

namespace pith {

/// Where Metaspace puts its mark when there is no space: before each piece, before that which begins at the text's
/// first byte, nowhere.
enum class PrependScheme : std::uint8_t { kAlways, kFirst, kNever };

struct Metaspace {
  std::string replacement = "\u2581";  ///< one character; spaces become it
  PrependScheme prepend = PrependScheme::kAlways;
  bool split = true;  ///< a word begins at each replacement
};

struct MetaspaceOptions {
  bool whitespace_split = false;       ///< white space (Unicode's) separates pieces, and goes
  std::optional<Metaspace> metaspace;  ///< within each piece
};

/// Hands over the words of a text. Immutable and thread-safe.
class MetaspaceSplitter {
 public:
  explicit MetaspaceSplitter(MetaspaceOptions options);

  /// `normalized` with its spaces made visible, which is what for_each_word() takes; nullopt where they are not needed.
  [[nodiscard]] std::optional<AlignedText> mark_spaces(const AlignedText& normalized) const;

  /// Calls on_word(std::string_view prefix, std::size_t begin, std::size_t end) for each word of `text`, in order: the
  /// prefix and the bytes [begin, end), at least one. The prefix comes from the word's first character.
  template <class OnWord>
  void for_each_word(const AlignedText& text, OnWord on_word) const;

 private:
  template <class OnWord>
  void split_piece(std::string_view bytes, std::size_t begin, std::size_t end, AlignedText::Cursor* cursor,
                   OnWord on_word) const;
  /// The next white space at or behind `at`, and where it ends; both bytes.size() if there is none.
  static void find_white_space(std::string_view bytes, std::size_t at, std::size_t* begin, std::size_t* end);

  MetaspaceOptions options_;
  ReplaceStep spaces_;
};

template <class OnWord>
void MetaspaceSplitter::for_each_word(const AlignedText& text, OnWord on_word) const {
  const std::string_view bytes = text.bytes();
  AlignedText::Cursor cursor(text);
  if (!options_.whitespace_split) {
    if (!bytes.empty()) split_piece(bytes, 0, bytes.size(), &cursor, on_word);
    return;
  }
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t space = 0, space_end = 0;
    find_white_space(bytes, at, &space, &space_end);
    if (space > at) split_piece(bytes, at, space, &cursor, on_word);
    at = space_end;
  }
}

template <class OnWord>
void MetaspaceSplitter::split_piece(std::string_view bytes, std::size_t begin, std::size_t end,
                                    AlignedText::Cursor* cursor, OnWord on_word) const {
  if (!options_.metaspace) return on_word(std::string_view(), begin, end);
  const Metaspace& metaspace = *options_.metaspace;
  const std::string_view mark = metaspace.replacement;
  const std::string_view piece = bytes.substr(begin, end - begin);
  const bool prepends = metaspace.prepend != PrependScheme::kNever && !piece.starts_with(mark) &&
                        (metaspace.prepend == PrependScheme::kAlways || cursor->source(begin, begin + 1).begin == 0);
  std::string_view prefix = prepends ? mark : std::string_view();
  if (metaspace.split) {
    const std::size_t piece_begin = begin;
    for (std::size_t next = piece.find(mark, 1); next != std::string_view::npos; next = piece.find(mark, next + 1)) {
      on_word(prefix, begin, piece_begin + next);
      prefix = {};
      begin = piece_begin + next;
    }
  }
  on_word(prefix, begin, end);
}

}  // namespace pith
