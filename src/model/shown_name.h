// Strangers' names in error messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pith {

/// `name` in single quotes, fit for one line of a message: cut after 120 bytes, control characters as "?".
[[nodiscard]] inline std::string shown_name(std::string_view name) {
  constexpr std::size_t kMaxShown = 120;
  std::string shown = "'";
  for (const char c : name.substr(0, kMaxShown)) shown += (c >= ' ' && c != 0x7F) || (c & 0x80) != 0 ? c : '?';
  return shown + (name.size() > kMaxShown ? "...'" : "'");
}

}  // namespace pith
