// The leaves of Markdown's blocks: paragraphs, tables and fenced code, given their lines.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/structure/inline.h"
#include "text/structure/recognizers.h"

namespace pith {

/// A line of a leaf block. Its bytes from node_begin to content_begin are quote markers, if any.
struct LeafLine {
  std::uint32_t node_begin = 0;
  std::uint32_t content_begin = 0;
  std::uint32_t end = 0;
  bool is_lazy = false;  ///< continues a paragraph without its quote markers

  [[nodiscard]] ByteSpan content() const { return {content_begin, end}; }
  [[nodiscard]] ByteSpan span() const { return {node_begin, end}; }
};

struct LeafContext {
  std::string_view text;
  const Surroundings& around;
  const ReferenceLabels& labels;
  TreeBuilder& tree;
};

/// `indent`: the column its container's text begins at. With `split_first` the first word (or what must stay with it)
/// becomes a node of its own, whose index is returned: a list item's first word is kept with anything nested in it.
std::uint32_t add_paragraph(const LeafContext& context, const std::vector<LeafLine>& lines, std::uint32_t indent,
                            bool split_first);

/// Is `line` a delimiter row such as `| --- | :-: |`? Returns its number of cells, 0 if it is none.
[[nodiscard]] std::size_t n_delimiter_cells(std::string_view line);
[[nodiscard]] std::size_t n_table_cells(std::string_view line);
/// lines[0] and lines[1]: header and delimiter row.
void add_table(const LeafContext& context, const std::vector<LeafLine>& lines);

struct Fence {
  LeafLine open;
  std::string_view info;
  std::vector<LeafLine> lines;  ///< between the fence lines
  std::uint32_t content_begin = 0;
  std::uint32_t content_end = 0;
  std::uint32_t end = 0;  ///< behind the closing fence, or the last line where there is none
};
void add_fence(const LeafContext& context, const Fence& fence);

/// `code` of `language` ("" unknown) under the innermost open node, by the recogniser for it.
void add_embedded(const LeafContext& context, ByteSpan code, std::string_view language);

}  // namespace pith
