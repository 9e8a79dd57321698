// What minify_spans() promises for any bytes; for tests and fuzzers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/minify.h"
#include "text/utf8.h"

namespace pith::testing {

/// "" or the law that is broken.
inline std::string broken_minify_law(std::string_view text) {
  MinifySavings savings;
  const std::vector<ByteSpan> spans = minify_spans(text, &savings);
  std::uint32_t at = 0;
  for (const ByteSpan& span : spans) {
    if (span.empty()) return "an empty span";
    if (span.begin < at || (span.begin == at && at > 0)) return "spans overlap, touch or go back";
    if (span.end > text.size()) return "a span reaches past the text";
    at = span.end;
  }
  const std::string once = text_of_spans(text, spans);
  const std::uint32_t n_saved = savings.json_bytes + savings.escape_bytes + savings.overwritten_bytes +
                                savings.trailing_bytes + savings.blank_line_bytes + savings.mark_bytes;
  if (once.size() + n_saved != text.size()) return "savings do not add up";
  if (is_valid_utf8(text) && !is_valid_utf8(once)) return "a character is cut";
  const std::vector<ByteSpan> again = minify_spans(once);
  if (text_of_spans(once, again) != once) return "not idempotent";
  if (compose_spans(spans, again) != spans) return "composing with everything changes the spans";
  const std::vector<ByteSpan> mapped = spans_in_kept(spans, spans);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (mapped[i].of(once) != spans[i].of(text)) return "a kept span maps to other bytes";
  }
  return "";
}

}  // namespace pith::testing
