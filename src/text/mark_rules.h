// Punctuation that stands as a word of its own: how far it reaches, and to which side it belongs.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "text/chunk.h"

namespace pith {

/// Marks of several different characters that are one word; runs of one character ("==", "&&", "...") need no entry.
inline constexpr std::array<std::string_view, 22> kOperators = {
    "<!--", "<->", "-->", "<--", "!==", "->", "=>", "<=", ">=", "!=", "<-",
    ":=",   "+=",  "-=",  "*=",  "/=",  "/*", "*/", "()", "[]", "{}", "/>",
};

/// Length of the operator at `at`, the longest that fits; 0 if there is none.
template <class Chunk>
[[nodiscard]] std::size_t operator_length(const ChunkView<Chunk>& view, std::size_t at) {
  for (const std::string_view name : kOperators) {
    bool matches = true;
    for (std::size_t i = 0; matches && i < name.size(); ++i) {
      matches = view.character(at + i) == static_cast<unsigned char>(name[i]);
    }
    // "x<-5" compares with a negative number.
    if (matches && !(name.back() == '-' && view.is(at + name.size(), kDigit))) return name.size();
  }
  return 0;
}

/// Length of a simple tag ("<p>", "</div>", "<br/>", "<ns:name>") at `at`; 0 if there is none. Tags with attributes
/// have white space in them and come in pieces.
template <class Chunk>
[[nodiscard]] std::size_t tag_length(const ChunkView<Chunk>& view, std::size_t at) {
  constexpr std::size_t kMaxNameLength = 64;
  if (view.character(at) != '<') return 0;
  std::size_t end = at + 1;
  const bool piped = view.character(end) == '|';
  if (piped || view.character(end) == '/') ++end;
  if (view.character(end) >= 0x80 || !view.is(end, kLetter)) return 0;
  const std::size_t name_begin = end;
  const auto in_name = [&view](std::size_t i) {
    const char32_t c = view.character(i);
    return c < 0x80 && (view.is(i, kAlnum) || c == '-' || c == '_' || c == ':' || c == '.');
  };
  while (in_name(end) && end - name_begin < kMaxNameLength) ++end;
  if (piped && view.character(end) != '|') return 0;
  if (piped || view.character(end) == '/') ++end;
  return view.character(end) == '>' ? end + 1 - at : 0;
}

struct MarkSides {
  bool closing = false;
  bool opening = false;
};

/// To which neighbour the mark word [begin, end) belongs.
template <class Chunk>
[[nodiscard]] MarkSides mark_sides(const ChunkView<Chunk>& view, std::size_t begin, std::size_t end) {
  const CharBits own = view.bits(begin);
  const CharBits before = view.bits_before(begin);
  const CharBits after = view.bits(end);
  const bool has_before = begin > 0;
  const bool has_after = end < view.size();
  if ((own & kTwoSided) != 0) {
    const bool holds_before = (before & (kAlnum | kDictionary | kSymbol | kClose | kStop)) != 0;
    const bool holds_after = (after & (kAlnum | kDictionary | kSymbol | kOpen | kTwoSided | kGlue | kHyphen)) != 0;
    if (holds_before != holds_after) return {holds_before, holds_after};
    if (holds_before) {
      // Between two words the character itself decides; the plain quote of {"a":"b"} opens behind a stop.
      const bool plain_opens = (own & kClose) == 0 && (before & kStop) != 0 && (after & kAlnum) != 0;
      const bool opens = (own & kOpen) != 0 || plain_opens;
      return {!opens, opens};
    }
    if (!has_before && !has_after) return {(own & kClose) != 0, (own & kOpen) != 0};
    return {has_before || (after & (kStop | kClose)) != 0, false};
  }
  if ((own & kOpen) != 0) {
    const bool pair = (view.bits_before(end) & kClose) != 0;  // "()"
    return {pair && has_before, !pair};
  }
  if ((own & (kClose | kStop | kPercent)) != 0) return {true, false};
  if (view.character(begin) == '<') return {false, has_after};
  if (view.character(begin) == '>') return {has_before, false};
  return {};
}

}  // namespace pith
