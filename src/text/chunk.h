// A chunk: a stretch of text between white space, as a row of symbols that no cut may divide. In pure ASCII a symbol is
// a byte and nothing is copied; elsewhere it is a grapheme cluster. The splitting rules are written once, over both.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/char_class.h"
#include "text/icu_breaks.h"

namespace pith {

/// Letters and digits: what punctuation inside a token must stand between to join.
inline constexpr CharBits kAlnum = kLetter | kDigit;

class AsciiChunk {
 public:
  /// REQUIRES: text[begin, end) is ASCII without white space, and `text` outlives the chunk.
  AsciiChunk(std::string_view text, std::uint32_t begin, std::uint32_t end)
      : bytes_(text.substr(begin, end - begin)), begin_(begin) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] char32_t character(std::size_t i) const { return static_cast<unsigned char>(bytes_[i]); }
  [[nodiscard]] CharBits bits(std::size_t i) const { return kAsciiBits[static_cast<unsigned char>(bytes_[i])]; }
  /// Offset of symbol i in the text; of the chunk's end for i = size().
  [[nodiscard]] std::uint32_t byte_at(std::size_t i) const { return begin_ + static_cast<std::uint32_t>(i); }

 private:
  std::string_view bytes_;
  std::uint32_t begin_;
};

/// Reusable: assign() keeps its buffers' capacity.
class UnicodeChunk {
 public:
  /// REQUIRES: text[begin, end) has no white space. Calls ICU only if some character may share a cluster with another.
  /// Errors: those of IcuBreaks.
  [[nodiscard]] Result<void> assign(std::string_view text, std::uint32_t begin, std::uint32_t end, IcuBreaks& breaks);

  [[nodiscard]] std::size_t size() const { return symbols_.size(); }
  /// The code point; 0 for a cluster of several and for invalid bytes, which no rule names.
  [[nodiscard]] char32_t character(std::size_t i) const { return symbols_[i].character; }
  [[nodiscard]] CharBits bits(std::size_t i) const { return symbols_[i].bits; }
  [[nodiscard]] std::uint32_t byte_at(std::size_t i) const { return i < symbols_.size() ? symbols_[i].begin : end_; }

  /// Where ICU's dictionaries end a word within symbols [i, j): ascending symbol indices, the last one is j.
  /// The reference is valid until the next call.
  [[nodiscard]] Result<const std::vector<std::size_t>*> dictionary_ends(std::string_view text, std::size_t i,
                                                                        std::size_t j, IcuBreaks& breaks);

 private:
  struct Symbol {
    std::uint32_t begin = 0;
    char32_t character = 0;
    CharBits bits = 0;
  };

  void merge_clusters(const std::vector<std::int32_t>& utf16_ends);

  std::vector<Symbol> symbols_;
  std::uint32_t end_ = 0;
  std::u16string utf16_;
  std::vector<std::size_t> ends_;
};

/// Symbols by index, with nothing (character 0, bits 0) around them, so that rules can look past the edges.
template <class Chunk>
class ChunkView {
 public:
  explicit ChunkView(const Chunk& chunk) : chunk_(&chunk), size_(chunk.size()) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] char32_t character(std::size_t i) const { return i < size_ ? chunk_->character(i) : 0; }
  [[nodiscard]] CharBits bits(std::size_t i) const { return i < size_ ? chunk_->bits(i) : 0; }
  [[nodiscard]] CharBits bits_before(std::size_t i) const { return i > 0 ? bits(i - 1) : 0; }
  [[nodiscard]] bool is(std::size_t i, CharBits wanted) const { return (bits(i) & wanted) != 0; }
  [[nodiscard]] std::uint32_t byte_at(std::size_t i) const { return chunk_->byte_at(i); }

  /// Symbols from i on that are the same single character as the one at i; at least 1. REQUIRES: i < size().
  [[nodiscard]] std::size_t run(std::size_t i) const {
    const char32_t c = character(i);
    std::size_t end = i + 1;
    if (c != 0) {
      while (end < size_ && character(end) == c) ++end;
    }
    return end - i;
  }

 private:
  const Chunk* chunk_;
  std::size_t size_;
};

}  // namespace pith
