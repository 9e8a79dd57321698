#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/src.hpp>

namespace pith {

Result<json::value> parse_json(std::string_view text, std::string_view name, std::size_t first_line) {
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser(json::storage_ptr{}, options);
  boost::system::error_code error;
  const std::size_t n_read = parser.write_some(text.data(), text.size(), error);
  std::size_t at = n_read;
  if (!error && n_read < text.size()) {
    // The document is complete; only white space may follow.
    at = text.find_first_not_of(" \t\r\n", n_read);
    if (at == std::string_view::npos) at = text.size();
    if (at < text.size()) error = json::error::extra_data;
  }
  if (!error) parser.finish(error);
  if (error) {
    const std::string_view before = text.substr(0, at);
    const std::size_t line = first_line + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return fail(ErrorCode::kBadInput,
                fmt::format("{}:{}:{}: not valid JSON: {}", name, line, at - line_start + 1, error.message()));
  }
  return parser.release();
}

}  // namespace pith
