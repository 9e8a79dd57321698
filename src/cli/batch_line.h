// One line of a batch: a request as JSON in, a response or an error object out.
#pragma once

#include <string>

#include "cli/engine_cache.h"
#include "cli/line_reader.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith::cli {

struct BatchSettings {
  std::string input_name;    ///< for error messages
  CompressRequest defaults;  ///< for what a line does not give
  bool timings = false;      ///< write timings_ms, which makes outputs of two runs differ
};

struct LineOutcome {
  std::string output;  ///< one JSON object without a newline; "" for an empty line
  Error error;         ///< why it failed, when `failed`
  bool failed = false;
  bool cancelled = false;  ///< a signal asked to stop: there is no output, and the line has to be done again
};

/// Failures of the line itself become its outcome. Errors: only if the engine chosen on the command line cannot be
/// loaded, which no other line would survive either. Thread-safe.
[[nodiscard]] Result<LineOutcome> process_line(const Line& line, const BatchSettings& settings, EngineCache* engines);

/// Lines longer than this are passed over and reported. JSON escapes can double a text's size.
inline constexpr std::size_t kMaxLineBytes = 2 * kMaxInputBytes;

}  // namespace pith::cli
