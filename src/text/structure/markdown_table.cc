#include <algorithm>

#include "text/structure/line_scan.h"
#include "text/structure/markdown_leaves.h"

namespace pith {
namespace {

/// Bytes between the pipes of `row` that no backslash escapes, the outer pipes left out.
std::vector<ByteSpan> cells_of(std::string_view text, ByteSpan row) {
  std::vector<ByteSpan> cells;
  row = trimmed(text, row);
  std::uint32_t begin = row.begin;
  for (std::uint32_t at = row.begin; at < row.end; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '|') {
      if (at > row.begin) cells.push_back({begin, at});
      begin = at + 1;
    }
  }
  if (begin < row.end) cells.push_back({begin, row.end});
  return cells;
}

}  // namespace

std::size_t n_table_cells(std::string_view line) {
  return cells_of(line, {0, static_cast<std::uint32_t>(line.size())}).size();
}

std::size_t n_delimiter_cells(std::string_view line) {
  if (line.find('|') == std::string_view::npos || line.find_first_not_of("|-: \t") != std::string_view::npos) return 0;
  const std::vector<ByteSpan> cells = cells_of(line, {0, static_cast<std::uint32_t>(line.size())});
  for (const ByteSpan cell : cells) {
    std::string_view dashes = trimmed(line, cell).of(line);
    if (dashes.starts_with(':')) dashes.remove_prefix(1);
    if (dashes.ends_with(':')) dashes.remove_suffix(1);
    if (dashes.empty() || dashes.find_first_not_of('-') != std::string_view::npos) return 0;
  }
  return cells.size();
}

void add_table(const LeafContext& context, const std::vector<LeafLine>& lines) {
  TreeBuilder& tree = context.tree;
  tree.open(Kind::kTable, Policy::kGroup, lines[0].node_begin);
  tree.leaf(Kind::kTableRow, Policy::kWhole, {lines[0].node_begin, lines[1].end}, {.is_required = true});
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const ByteSpan row = lines[i].content();
    // Without a pipe in front, an empty first cell would not be seen any more.
    if (context.text[row.begin] != '|' || tree.is_full()) {
      tree.leaf(Kind::kTableRow, Policy::kWhole, lines[i].span());
      continue;
    }
    tree.open(Kind::kTableRow, Policy::kGroup, lines[i].node_begin);
    for (const ByteSpan cell : cells_of(context.text, row)) {
      add_inline_words(context.text, cell, Kind::kTableCell, context.labels, tree);
    }
    tree.close(row.end);
  }
  tree.close(lines.back().end);
}

}  // namespace pith
