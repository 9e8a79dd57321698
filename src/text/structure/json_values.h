// What the values of JSON say by their looks: which strings are prose that words may leave, and how much a reader would
// miss a member that is one piece. No model is asked.
#pragma once

#include <string_view>

#include "text/structure/json_scan.h"
#include "text/structure/record_sampling.h"

namespace pith {

/// True for a string of four or more words, most of them letters (or eight characters of a script without spaces).
/// `content` is what stands between the quotes, escapes as written. Names, identifiers, dates, links, hashes are none,
/// nor is JSON inside a short string.
[[nodiscard]] bool is_json_prose(std::string_view content);

/// The importance of a member or element that is kept or dropped in one piece; `level` counts the brackets around it.
///
///   0.95  shares a word with the question (key or value)
///   0.80  keys that name or judge: name, title, status, error, message, description, type, ...
///   0.60  other numbers, words, dates, true; arrays of numbers that are one value
///   0.30  keys of identity and bookkeeping: id, uuid, hash, etag, cursor, ...
///   0.20  long identifiers, hashes, base64
///   0.15  links; false
///   0.10  null, "", {}, []
///   less 0.02 for each level, at most 0.1
[[nodiscard]] float json_importance(std::string_view text, const JsonValue& value, std::size_t level,
                                    const QuestionWords& question);

/// What stands between the quotes of `quoted`.
[[nodiscard]] inline ByteSpan inside_quotes(ByteSpan quoted) { return {quoted.begin + 1, quoted.end - 1}; }

}  // namespace pith
