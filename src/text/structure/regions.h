// A structure flattened: the stretches of text that belong to one node each, in order, for whatever walks the bytes
// once.
#pragma once

#include <cstdint>
#include <vector>

#include "text/structure/structure.h"

namespace pith {

/// Own bytes of a node: those no child covers. A node with children may have several.
struct Region {
  ByteSpan span;
  std::uint32_t node = 0;
  bool is_words = false;     ///< the node's policy is kWords
  bool is_verbatim = false;  ///< to be taken byte for byte, white space included: a forced leaf of Kind::kSegment

  friend bool operator==(const Region&, const Region&) = default;
};

/// Regions ascend and tile the text; none is empty.
[[nodiscard]] std::vector<Region> regions_of(const Structure& structure);

}  // namespace pith
