// Which lines of a log say most: those the question asks for, errors, what is said for the first or the last time, and
// an even sample of what is said again and again; exact repeats go first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/structure/log_lines.h"
#include "text/structure/log_templates.h"

namespace pith {

struct LogLineFacts {
  std::string_view bytes;   ///< without its timestamp
  std::uint32_t which = 0;  ///< template
  Severity severity = Severity::kUnknown;
};

/// One per line: (n - rank - 0.5) / n, so that a cut at any height keeps the best.
[[nodiscard]] std::vector<float> log_importances(const std::vector<LogLineFacts>& lines, const LogTemplates& templates,
                                                 std::string_view question);

}  // namespace pith
