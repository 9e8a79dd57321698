// Bytes and lines, as the recognisers of texts with line structure see them.
#pragma once

#include <cstdint>
#include <string_view>

#include "pith/byte_span.h"

namespace pith {

[[nodiscard]] constexpr bool is_space_byte(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_digit_byte(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
[[nodiscard]] constexpr bool is_name_byte(char c) {
  return is_letter_byte(c) || is_digit_byte(c) || c == '_' || c == '-' || c == '.' || c == ':';
}
[[nodiscard]] constexpr char lower_byte(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// The line of `text` that begins at `begin`, without its line break and white space at the end; *next is where the
/// following line begins (`end` behind the last one).
[[nodiscard]] inline ByteSpan line_at(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                      std::uint32_t* next) {
  const std::size_t line_break = text.substr(0, end).find('\n', begin);
  const bool is_last = line_break == std::string_view::npos;
  *next = is_last ? end : static_cast<std::uint32_t>(line_break) + 1;
  std::uint32_t to = is_last ? end : static_cast<std::uint32_t>(line_break);
  while (to > begin && is_space_byte(text[to - 1])) --to;
  return {begin, to};
}

/// `span` without the white space at its begin.
[[nodiscard]] inline ByteSpan without_indent(std::string_view text, ByteSpan span) {
  while (span.begin < span.end && is_space_byte(text[span.begin])) ++span.begin;
  return span;
}

/// `span` without the white space at both ends.
[[nodiscard]] inline ByteSpan trimmed(std::string_view text, ByteSpan span) {
  span = without_indent(text, span);
  while (span.end > span.begin && is_space_byte(text[span.end - 1])) --span.end;
  return span;
}

}  // namespace pith
