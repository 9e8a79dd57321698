// Small texts for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pith/compress.h"
#include "pith/result.h"

namespace pith::cli {

/// 1234567 -> "1,234,567"
[[nodiscard]] std::string with_commas(std::int64_t number);

/// "1,234 -> 407 tokens (o200k_base), 33.0 % kept"
[[nodiscard]] std::string summary_line(const CompressResult& result);

/// Several lines: tokens, bytes, time by stage.
[[nodiscard]] std::string stats_text(const CompressResult& result, std::size_t n_input_bytes,
                                     std::string_view model_description, double load_ms);

/// Bash-like: \n \t \r \0 \\ and \xHH; anything else after a backslash is refused.
[[nodiscard]] Result<std::string> unescape(std::string_view text);

}  // namespace pith::cli
