// The lines of a part of a text, and small questions about bytes that the line-based recognisers share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/structure/line_scan.h"

namespace pith {

struct TextLine {
  ByteSpan span;             ///< without its line break (\n or \r\n)
  std::uint32_t indent = 0;  ///< bytes of spaces and tabs in front
  /// The line without white space at its edges; empty for a blank line.
  ByteSpan content;

  [[nodiscard]] bool is_blank() const { return content.empty(); }
};

inline bool is_ascii_hex(char c) { return is_digit_byte(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

inline std::string_view trimmed(std::string_view bytes) {
  while (!bytes.empty() && is_space_byte(bytes.front())) bytes.remove_prefix(1);
  while (!bytes.empty() && is_space_byte(bytes.back())) bytes.remove_suffix(1);
  return bytes;
}

inline std::vector<TextLine> lines_of(std::string_view text, ByteSpan span) {
  std::vector<TextLine> lines;
  for (std::uint32_t at = span.begin; at < span.end;) {
    const std::size_t found = text.substr(0, span.end).find('\n', at);
    const std::uint32_t next = found == std::string_view::npos ? span.end : static_cast<std::uint32_t>(found);
    TextLine line;
    line.span = {at, next};
    if (next < span.end && next > at && text[next - 1] == '\r') --line.span.end;
    line.content = trimmed(text, line.span);
    line.indent = line.content.begin - line.span.begin;
    lines.push_back(line);
    at = next < span.end ? next + 1 : next;
  }
  return lines;
}

/// Numbers that, taken in ascending order and cut anywhere, leave an even sample of the positions: 0, half, quarter...
inline std::uint32_t spread_order(std::uint32_t position) {
  std::uint32_t key = 0;
  for (int bit = 0; bit < 32; ++bit, position >>= 1U) key = (key << 1U) | (position & 1U);
  return key;
}

}  // namespace pith
