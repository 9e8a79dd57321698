// What every Tokenizer promises of an Encoding, whatever the text.
#pragma once

#include <string>
#include <string_view>

#include "text/utf8.h"
#include "tokenize/tokenizer.h"

namespace pith::testing {

/// Empty, or what is wrong.
inline std::string broken_encoding_law(std::string_view text, const Encoding& encoding, const Tokenizer& tokenizer) {
  if (encoding.ids.size() != encoding.spans.size()) return "ids and spans differ in number";
  ByteSpan previous;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const auto at = " (token " + std::to_string(i) + ")";
    const ByteSpan span = encoding.spans[i];
    if (encoding.ids[i] < 0 || static_cast<std::size_t>(encoding.ids[i]) >= tokenizer.vocab_size()) {
      return "an id is outside the vocabulary" + at;
    }
    if (span.begin >= span.end || span.end > text.size()) return "a span is empty or leaves the text" + at;
    if (span.begin < previous.begin || span.end < previous.end) return "spans run backwards" + at;
    // Two tokens may share a character that the normaliser expanded: one ends in it, the other begins in it.
    if (span.begin < previous.end && span.begin != previous.begin && span.end != previous.end &&
        decode_code_point(text, span.begin).n_bytes != previous.end - span.begin) {
      return "spans overlap beyond one shared character" + at;
    }
    previous = span;
  }
  return {};
}

}  // namespace pith::testing
