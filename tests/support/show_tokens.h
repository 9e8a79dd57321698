// Tokens as text, for expectations that can be read.
#pragma once

#include <string>
#include <string_view>

#include "tokenize/tokenizer.h"

namespace pith::testing {

inline Encoding encode(const Tokenizer& tokenizer, std::string_view text) {
  Encoding encoding;
  tokenizer.encode(text, &encoding);
  return encoding;
}

/// "un ##able"
inline std::string show_pieces(const Tokenizer& tokenizer, std::string_view text) {
  std::string out;
  for (const TokenId id : encode(tokenizer, text).ids) {
    if (!out.empty()) out += ' ';
    out += tokenizer.piece(id);
  }
  return out;
}

/// "un[0,2) ##able[2,6)"
inline std::string show_tokens(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::string out;
  for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
    if (i > 0) out += ' ';
    out += std::string(tokenizer.piece(encoding.ids[i])) + "[" + std::to_string(encoding.spans[i].begin) + "," +
           std::to_string(encoding.spans[i].end) + ")";
  }
  return out;
}

}  // namespace pith::testing
