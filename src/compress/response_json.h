// A result, or the error in its place, as one line of JSON: the library's keys (compressed_prompt,
// compressed_prompt_list, origin_tokens, compressed_tokens, ratio, rate, saving, fn_labeled_original_prompt) and Pith's
// own (id, tokenizer, kept_context_ids, spans, word_scores, timings_ms, warnings).
//
// JSON must be UTF-8. Bytes of the text that are not become U+FFFD here, one per maximal invalid sequence, and a
// warning says so; plain-text output keeps every byte. Spans and word scores are byte offsets into the original
// contexts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "compress/request_json.h"
#include "pith/compress.h"

namespace pith {

struct ResponseOptions {
  IdKind id_kind = IdKind::kNone;  ///< kNone writes "id": null
  bool timings = true;             ///< false where the same input must give the same bytes
};

/// One line, without a newline at the end.
[[nodiscard]] std::string response_json(const CompressResult& result, const ResponseOptions& options = {});

/// {"id": ..., "line": 12, "error": {"code": "invalid_argument", "message": "..."}}; `line` only where it is given.
[[nodiscard]] std::string error_json(const Error& error, const RequestId& id, std::optional<std::size_t> line = {});

}  // namespace pith
