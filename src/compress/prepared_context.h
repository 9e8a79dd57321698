// One context of a request on its way through the pipeline: its text, units, layout and scores.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/segment.h"

namespace pith {

/// The white space in front of a word (or after the last one).
struct Gap {
  ByteSpan span;
  std::uint32_t n_line_breaks = 0;  ///< "\n", "\r\n" and lone "\r" count one each
};

/// Parallel arrays over the words of `document`; `gaps` has one more entry, the trailing white space.
struct PreparedContext {
  std::string_view text;
  Document document;
  std::vector<Gap> gaps;
  std::vector<float> scores;          ///< keep-score of each word, [0, 1]
  std::vector<float> priorities;      ///< what words are ranked by: scores, lowered for punctuation that needs company
  std::vector<std::uint8_t> forced;   ///< 1: always kept
  std::vector<std::uint8_t> matched;  ///< 1: forced by a force token (the ones drop_consecutive looks at)
  bool is_dropped = false;            ///< left out as a whole by the context-level filter

  [[nodiscard]] std::size_t n_words() const { return document.words.size(); }
};

/// Finds the gaps of a segmented text.
[[nodiscard]] std::vector<Gap> find_gaps(std::string_view text, const std::vector<Word>& words);

}  // namespace pith
