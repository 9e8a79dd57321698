// Deleting what carries nothing, without a model: a pre-step of compression, and `pith minify`.
//
//   {"a": [1, 2]}                       {"a":[1,2]}       JSON's insignificant white space (one value, or JSON Lines)
//   ESC[31merror ESC[0m                 error             colours, cursor movements, titles of a terminal
//   10%\r50%\r100%\n                    100%\n            what a progress bar overwrote
//   total:  \t\n\n\n\nend               total:\n\nend     blanks at line ends, blank lines beyond the first
//
// Left alone: fenced code, <pre> and <textarea>, blanks in the hunks of a diff, tabs at line ends where lines have tabs
// between words (empty cells), and the two spaces of a Markdown hard break (a longer one becomes two). Byte order marks
// at the start go. Escapes lose what only a terminal shows: an OSC 8 hyperlink keeps its text, not its address. Texts
// without a line feed are never taken for overwritten lines, because a lone carriage return may be their line end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

/// Bytes that each rule deleted.
struct MinifySavings {
  std::uint32_t json_bytes = 0;
  std::uint32_t escape_bytes = 0;
  std::uint32_t overwritten_bytes = 0;
  std::uint32_t trailing_bytes = 0;
  std::uint32_t blank_line_bytes = 0;
  std::uint32_t mark_bytes = 0;  ///< byte order marks
};

/// What stays of `text`: ascending, disjoint, not touching, none empty; never within a UTF-8 character. A pure function
/// of the text, linear, and idempotent: minifying what it keeps keeps everything. Invalid UTF-8 stays as it is.
/// REQUIRES: text.size() <= kMaxInputBytes.
[[nodiscard]] std::vector<ByteSpan> minify_spans(std::string_view text, MinifySavings* savings = nullptr);

/// The bytes of `spans`, one after the other.
[[nodiscard]] std::string text_of_spans(std::string_view text, std::span<const ByteSpan> spans);

/// Spans of a text of spans, as spans of the original: text_of_spans(text, compose_spans(outer, inner)) is
/// text_of_spans(text_of_spans(text, outer), inner). Both ascending and disjoint; touching results are merged. Linear.
/// REQUIRES: inner ends within the bytes of outer.
[[nodiscard]] std::vector<ByteSpan> compose_spans(std::span<const ByteSpan> outer, std::span<const ByteSpan> inner);

/// The other way: where bytes of the original lie in the text of `outer`. `spans` may overlap and come in any order;
/// each gives one span, empty if nothing of it was kept. Bytes times logarithm of outer.
[[nodiscard]] std::vector<ByteSpan> spans_in_kept(std::span<const ByteSpan> outer, std::span<const ByteSpan> spans);

}  // namespace pith
