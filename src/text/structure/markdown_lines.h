// The lines of a Markdown text, cut where a tag of a matched pair stands at the begin or end of a line, so that
//
//   <context id="1">Some text
//   ends here.</context>
//
// is four lines to the block parser: a tag, text, text, a tag.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

struct MarkdownLine {
  enum class What : std::uint8_t { kText, kOpenTag, kCloseTag, kRawElement };
  ByteSpan span;  ///< without white space at the end; a blank line is empty
  What what = What::kText;
  std::uint32_t pair = 0;  ///< of tags: the same number for both
};

struct MarkdownLines {
  std::vector<MarkdownLine> lines;
  std::vector<std::string> warnings;  ///< tags alone on their line that have no partner
  bool has_syntax = false;            ///< something no plain text has: headings, lists, fences, links
};

[[nodiscard]] MarkdownLines split_markdown_lines(std::string_view text, ByteSpan span);

/// The marker of a fence (three or more ` or ~) at the begin of `line`, else "".
[[nodiscard]] std::string_view fence_marker(std::string_view line);

}  // namespace pith
