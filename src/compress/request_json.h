// The one spelling of a request: the JSON object that `pith batch` reads per line, the server takes as a body and
// Python builds. Field names are those of CompressRequest, `model` and `precision` beside them, and every other
// parameter of the published library's compress_prompt, which are accepted so that ported calls keep working.
//
//   {"id": "a", "context": ["..."], "rate": 0.33, "force_tokens": ["\n", "?"]}
//
// `null` means "not given" for every field but `context`. Whole numbers may be written as 200 or 200.0.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// How a request spelled its `id`, so that the answer repeats it as it was. (CompressRequest::id holds the text.)
enum class IdKind { kNone, kString, kInteger };

struct ParsedRequest {
  CompressRequest request;
  IdKind id_kind = IdKind::kNone;
  std::optional<std::string> model;  ///< which engine to use, where the caller has several
  std::optional<Precision> precision;
  /// Fields of the published library that do nothing with this method and were given with another value than its
  /// default. The door puts them into CompressResult::warnings.
  std::vector<std::string> warnings;
};

/// Where the text comes from, for error messages, and what holds for fields it does not give.
struct ParseOptions {
  std::string_view name = "request";          ///< a file name
  std::size_t first_line = 1;                 ///< of that file, where the text begins
  const CompressRequest* defaults = nullptr;  ///< nullptr: CompressRequest{}. A given budget replaces a default one of
                                              ///< either kind.
};

/// Syntax, names, types and shapes; ranges are validate()'s, which the engine calls.
/// Errors: kBadInput (not JSON, "NAME:LINE:COLUMN: ..."; not an object), kUnknownField (with a "did you mean"),
/// kInvalidArgument (a wrong type: names the field, what was expected and what was found).
[[nodiscard]] Result<ParsedRequest> parse_request(std::string_view text, const ParseOptions& options = {});

/// The `id` of a text that parse_request refused, as far as it can be read; kNone with "" otherwise.
struct RequestId {
  std::string text;
  IdKind kind = IdKind::kNone;
};
[[nodiscard]] RequestId peek_request_id(std::string_view text);

/// The request as one line of JSON with every field; parse_request reads the same request back, except that bytes which
/// are not UTF-8 become U+FFFD.
[[nodiscard]] std::string request_json(const ParsedRequest& parsed);

/// "int8", "bf16", "f16" or "f32". Errors: kInvalidArgument for anything else.
[[nodiscard]] Result<Precision> parse_precision(std::string_view name);

/// "mean" or "first". Errors: kInvalidArgument.
[[nodiscard]] Result<TokenToWord> parse_token_to_word(std::string_view name);
[[nodiscard]] std::string_view token_to_word_name(TokenToWord mode);

/// Every field name a request may have, in the order of documentation.
[[nodiscard]] std::vector<std::string_view> request_field_names();

}  // namespace pith
