#include "compress/read_spans.h"

#include <algorithm>
#include <cmath>

#include "text/structure/regions.h"

namespace pith {
namespace {

/// Whether the model is to read a node's own bytes: what ranks by importance it need not, and the frames of data (keys,
/// braces, tags) would only crowd its window.
bool is_read(const Node& node, bool is_leaf) {
  switch (node.policy) {
    case Policy::kWords:
      return true;
    case Policy::kWhole:
      return std::isnan(node.importance);
    case Policy::kGroup:
      if (is_leaf) return std::isnan(node.importance);
      return node.kind == Kind::kEmphasis || node.kind == Kind::kLink || node.kind == Kind::kListItem ||
             node.kind == Kind::kQuote || node.kind == Kind::kSection || node.kind == Kind::kChatTurn;
    case Policy::kSeparator:
    case Policy::kRemoved:
      return false;
  }
  return true;
}

}  // namespace

std::vector<ByteSpan> read_spans(const PreparedContext& context) {
  const auto n_bytes = static_cast<std::uint32_t>(context.text.size());
  if (context.is_plain()) return {{0, n_bytes}};
  std::vector<ByteSpan> spans;
  const std::vector<Node>& nodes = context.structure.nodes;
  for (const Region& region : regions_of(context.structure)) {
    if (!is_read(nodes[region.node], nodes[region.node].end == region.node + 1)) continue;
    if (!spans.empty() && spans.back().end == region.span.begin) {
      spans.back().end = region.span.end;
    } else {
      spans.push_back(region.span);
    }
  }
  return spans;
}

void keep_tokens_in(std::span<const ByteSpan> spans, Encoding& encoding) {
  std::size_t n_kept = 0;
  std::size_t s = 0;
  for (std::size_t t = 0; t < encoding.n_tokens(); ++t) {
    const ByteSpan token = encoding.spans[t];
    while (s < spans.size() && spans[s].end <= token.begin) ++s;
    if (s == spans.size()) break;
    if (spans[s].begin >= std::max(token.end, token.begin + 1)) continue;
    encoding.ids[n_kept] = encoding.ids[t];
    encoding.spans[n_kept++] = token;
  }
  encoding.ids.resize(n_kept);
  encoding.spans.resize(n_kept);
}

}  // namespace pith
