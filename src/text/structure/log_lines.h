// What a line of a log says about itself: when, how bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pith {

/// Bytes of the timestamp in front of the line (with a bracket or priority before it), 0 if there is none. Looks at a
/// bounded number of bytes.
[[nodiscard]] std::size_t timestamp_bytes(std::string_view line);
/// `1.2.3.4 - - [19/May/2015:00:05:10 +0000] "GET ...`.
[[nodiscard]] bool is_access_line(std::string_view line);
/// Three or more `key=value`.
[[nodiscard]] bool is_key_value_line(std::string_view line);

enum class Severity : std::uint8_t { kUnknown, kDebug, kInfo, kWarning, kError, kFatal };

struct LineSeverity {
  Severity severity = Severity::kUnknown;
  bool is_level = false;  ///< a level stands in the line (INFO, `level=warn`), not just a word like "failed"
};
/// By the first level in the line, or words that mean trouble, or an access log's status.
[[nodiscard]] LineSeverity severity_of(std::string_view line);

}  // namespace pith
