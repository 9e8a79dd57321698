// What of a context a model reads: the prose of a structured text, not the frames around its data.
#pragma once

#include <span>
#include <vector>

#include "compress/prepared_context.h"
#include "pith/byte_span.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// The bytes that the model reads, ascending, neighbours merged: everything of a plain text. Words outside are ranked
/// by the importance of their nodes.
[[nodiscard]] std::vector<ByteSpan> read_spans(const PreparedContext& context);

/// Drops the tokens that lie outside `spans` (ascending, disjoint).
void keep_tokens_in(std::span<const ByteSpan> spans, Encoding& encoding);

}  // namespace pith
