#include "text/structure/regions.h"

namespace pith {

std::vector<Region> regions_of(const Structure& structure) {
  const std::vector<Node>& nodes = structure.nodes;
  std::vector<Region> regions;
  regions.reserve(nodes.size() * 2);
  std::uint32_t at = 0;
  const auto take = [&](std::uint32_t end, std::uint32_t node) {
    const Node& owner = nodes[node];
    if (at < end) {
      regions.push_back({{at, end},
                         node,
                         owner.policy == Policy::kWords,
                         owner.kind == Kind::kSegment && owner.policy == Policy::kWhole && owner.is_forced});
    }
    at = end;
  };
  std::uint32_t open = 0;  // the innermost node that `at` lies in
  for (std::uint32_t n = 1; n < nodes.size(); ++n) {
    while (n >= nodes[open].end) {
      take(nodes[open].span.end, open);
      open = nodes[open].parent;
    }
    take(nodes[n].span.begin, open);
    open = n;
  }
  for (;;) {
    take(nodes[open].span.end, open);
    if (open == 0) break;
    open = nodes[open].parent;
  }
  return regions;
}

}  // namespace pith
