// One context of a request on its way through the pipeline: its text, units, layout and scores.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"
#include "text/segment.h"
#include "text/structure/structure.h"

namespace pith {

/// The white space in front of a word (or after the last one).
struct Gap {
  ByteSpan span;
  std::uint32_t n_line_breaks = 0;  ///< "\n", "\r\n" and lone "\r" count one each
};

/// A part of a context that is to be shortened to a rate of its own.
struct SegmentRate {
  std::uint32_t node = 0;
  double rate = 1;  ///< in [0, 1]
};

/// Parallel arrays over the words of `document`; `gaps` has one more entry, the trailing white space.
struct PreparedContext {
  std::string_view text;
  Structure structure;               ///< what may go and what stays together; plain for a text of words
  std::vector<std::uint32_t> nodes;  ///< the structure's node that owns each word; empty if the structure is plain
  Document document;
  std::vector<Gap> gaps;
  std::vector<float> scores;           ///< keep-score of each word, [0, 1]
  std::vector<float> priorities;       ///< what words are ranked by: scores, lowered for punctuation that needs company
  std::vector<std::uint8_t> forced;    ///< 1: always kept
  std::vector<std::uint8_t> matched;   ///< 1: forced by a force token (the ones drop_consecutive looks at)
  std::vector<std::uint8_t> excluded;  ///< 1: was passed over already and does not compete; empty = none
  /// Words that stay or go together (a phrase, a sentence): equal numbers on neighbours; empty: each for itself. Free
  /// words only, and only those of one node.
  std::vector<std::uint32_t> unit_of_word;
  std::vector<SegmentRate> segment_rates;   ///< disjoint nodes, in order
  bool importances_are_priorities = false;  ///< a question has weighed them: they are no quantiles any more
  bool is_dropped = false;                  ///< left out as a whole by the context-level filter

  [[nodiscard]] std::size_t n_words() const { return document.words.size(); }
  [[nodiscard]] bool is_plain() const { return nodes.empty(); }
  /// The node that owns word w.
  [[nodiscard]] const Node& node_of(std::size_t w) const { return structure.nodes[nodes.empty() ? 0 : nodes[w]]; }
  /// Word w is chosen by itself, not as part of a piece or a frame.
  [[nodiscard]] bool is_free(std::size_t w) const { return is_plain() || node_of(w).policy == Policy::kWords; }
};

/// Cuts `text`, which must outlive the result, into words along `structure`. Scores and flags are left empty. Errors:
/// those of segment().
[[nodiscard]] Result<PreparedContext> prepare_context(std::string_view text, Structure structure);

/// Finds the gaps of a segmented text.
[[nodiscard]] std::vector<Gap> find_gaps(std::string_view text, const std::vector<Word>& words);

}  // namespace pith
