// Where a URL ends. URLs in prose and markup are followed by punctuation that is not theirs: "(see https://a.b/c_(d))."
#pragma once

#include "text/chunk.h"

namespace pith {

/// The symbol after the URL whose part behind "://" or "www." begins at `from`. Brackets inside belong to it while they
/// are balanced; quotes, angle brackets, '|', '*', '\\' and foreign punctuation end it; trailing . , ; : ! ? and ' are
/// left out. Letters of any script may stand in path and query, but a script without spaces ends the host, since the
/// sentence around it may go on there.
template <class Chunk>
[[nodiscard]] std::size_t url_end(const ChunkView<Chunk>& view, std::size_t from) {
  std::size_t n_round = 0, n_square = 0, n_curly = 0;
  bool in_host = true;
  const auto closes = [](std::size_t& n_open) {
    if (n_open == 0) return false;
    --n_open;
    return true;
  };
  std::size_t at = from;
  for (bool inside = true; inside && at < view.size();) {
    const char32_t c = view.character(at);
    switch (c) {
      case '"':
      case '<':
      case '>':
      case '`':
      case '|':
      case '*':
      case '\\':
        inside = false;
        break;
      case '\'':
        inside = view.is(at + 1, kAlnum);
        break;
      case ',':
      case ';':  // a list of URLs
        inside = !(view.character(at + 1) == 'h' && view.character(at + 2) == 't' && view.character(at + 3) == 't' &&
                   view.character(at + 4) == 'p');
        break;
      case '(':
        ++n_round;
        break;
      case '[':
        ++n_square;
        break;
      case '{':
        ++n_curly;
        break;
      case ')':
        inside = closes(n_round);
        break;
      case ']':
        inside = closes(n_square);
        break;
      case '}':
        inside = closes(n_curly);
        break;
      case '/':
      case '?':
      case '#':
        in_host = false;
        break;
      default:
        if (c < 0x80 && c != 0) {
          inside = !view.is(at, kControl);
        } else {
          const CharBits stops = kControl | kSymbol | kStop | kOpen | kClose | kTwoSided | kDash;
          inside = !view.is(at, in_host ? stops | kDictionary : stops);
        }
    }
    if (inside) ++at;
  }
  const auto trails = [](char32_t c) {
    return c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?' || c == '\'';
  };
  while (at > from && trails(view.character(at - 1))) --at;
  return at;
}

}  // namespace pith
