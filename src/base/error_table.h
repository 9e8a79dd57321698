// One table for every ErrorCode: its name in JSON, the exit code of the command line and the HTTP status of the server.
#pragma once

#include <span>
#include <string_view>

#include "pith/result.h"

namespace pith {

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  ///< snake_case, what JSON error objects carry: "invalid_argument"
  int exit_code;          ///< of the command line; see `pith --help`
  int http_status;
  std::string_view meaning;  ///< a few words for help texts
};

/// Exit codes that no ErrorCode stands for.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailedLines = 7;    ///< a batch came to its end, but some of its lines failed
inline constexpr int kExitInterrupted = 130;  ///< stopped by Ctrl-C (128 + SIGINT); SIGTERM gives 143
inline constexpr int kExitBrokenPipe = 141;   ///< the reader of standard output went away (128 + SIGPIPE)

/// Every code once, in the order of the enum.
[[nodiscard]] std::span<const ErrorInfo> error_table();

/// The row of `code`.
[[nodiscard]] const ErrorInfo& error_info(ErrorCode code);

}  // namespace pith
