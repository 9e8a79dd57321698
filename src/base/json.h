// JSON by Boost.JSON, with errors a person can act on. Included by .cc files only: no JSON type appears in a seam.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

namespace json = boost::json;

/// Parses one JSON document (nesting at most 64 deep, duplicate keys: last wins). `name` says in errors what was
/// parsed, e.g. a file name; `first_line` is the line of that file where `text` begins. Errors: kBadInput,
/// "NAME:LINE:COLUMN: <what is wrong>", both counted from 1 and columns in bytes.
[[nodiscard]] Result<json::value> parse_json(std::string_view text, std::string_view name, std::size_t first_line = 1);

}  // namespace pith
