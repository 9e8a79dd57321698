// Passages: the stretches of a context that are judged as one by how well they fit a question. Small enough that the
// right paragraph of a long document wins, large enough to say what they are about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/segment.h"

namespace pith {

/// A passage ends at the next blank line, line break or sentence end once it has so many words. Shorter paragraphs go
/// with the next one, as a heading does; a context of at most kMaxPassageWords is one passage.
inline constexpr std::size_t kParagraphWords = 60;
inline constexpr std::size_t kLineWords = 120;
inline constexpr std::size_t kMaxPassageWords = 200;

/// Words [first_word, end_word) of contexts[context]; the span runs from the first one's begin to the last one's end.
struct Passage {
  std::uint32_t context = 0;
  std::uint32_t first_word = 0;
  std::uint32_t end_word = 0;
  ByteSpan span;

  friend bool operator==(const Passage&, const Passage&) = default;
};

/// Appends the passages of a context: ascending, whole sentences, every word in exactly one. Only a sentence that is
/// itself longer makes a passage longer than kMaxPassageWords. A last passage of a few words goes with the one before
/// it. A pure function of text and document, linear in their size.
void append_passages(std::uint32_t context, std::string_view text, const Document& document,
                     std::vector<Passage>* passages);

}  // namespace pith
