// Structured prompts in the default mode: <llmlingua, rate=0.4, compress=false>...</llmlingua>.
//
// Strict where the published library silently discards (shared spec: structured.md, section 8): text outside tags is a
// segment without a rate, content may hold any `<`, a rate of 0 drops everything, and what is malformed is an error
// with line and column.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"

namespace pith {

struct TaggedSegment {
  ByteSpan opening_tag;  ///< empty for text outside tags
  ByteSpan span;         ///< the text between the tags; may be empty
  ByteSpan closing_tag;
  std::optional<double> rate;  ///< in [0, 1]; unset: shares the request's budget
  bool compress = true;        ///< false: kept byte for byte, whatever the rate
};

/// The segments tile the text, in order. An attribute may come once and in any order; values may be quoted; True, true
/// and TRUE are one. Linear. Errors: kBadInput naming line and column for a tag inside a segment, a tag that is not
/// closed or not opened, an unknown or repeated attribute, a value that is none.
[[nodiscard]] Result<std::vector<TaggedSegment>> parse_tagged_segments(std::string_view text);

}  // namespace pith
