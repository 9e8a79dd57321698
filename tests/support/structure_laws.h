// What a choice of words must keep of a structure (text/structure/structure.h), as one check that unit tests and the
// fuzzer share. Linear in words and nodes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compress/prepared_context.h"

namespace pith::testing {

class StructureLaws {
 public:
  /// `kept` has a flag per word of `context`; both must outlive this. REQUIRES: the context is not plain.
  StructureLaws(const PreparedContext& context, std::span<const std::uint8_t> kept)
      : nodes_(context.structure.nodes), own_(nodes_.size()), n_kept_(nodes_.size(), 0) {
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      Count& count = own_[context.nodes[w]];
      ++count.n_words;
      count.n_kept += kept[w];
    }
    for (std::size_t n = nodes_.size(); n-- > 0;) {
      n_kept_[n] += own_[n].n_kept;
      if (n > 0) n_kept_[nodes_[n].parent] += n_kept_[n];
    }
  }

  /// "" if the choice keeps the laws, else which one is broken.
  [[nodiscard]] std::string broken() const {
    for (std::uint32_t n = 1; n < nodes_.size(); ++n) {
      const Node& node = nodes_[n];
      const Count& own = own_[n];
      const bool is_cut = own.n_kept != 0 && own.n_kept != own.n_words;
      const char* law = nullptr;
      if (node.policy == Policy::kWhole && is_cut) law = "a piece is whole";
      if (node.policy == Policy::kSeparator && is_cut) law = "a separator is whole";
      if (node.policy == Policy::kGroup && is_present(n) && own.n_kept != own.n_words) law = "a frame is whole";
      if (node.policy == Policy::kRemoved && own.n_kept != 0) law = "removed stays away";
      const bool brings_words = own.n_words > 0 && (node.policy == Policy::kWhole || node.policy == Policy::kGroup);
      if (node.is_required && brings_words && is_present(node.parent) && !is_present(n)) law = "required comes along";
      if (law != nullptr) return std::string(law) + ": node " + std::to_string(n);
    }
    return "";
  }

 private:
  struct Count {
    std::size_t n_words = 0;
    std::size_t n_kept = 0;
  };
  [[nodiscard]] bool is_present(std::uint32_t n) const { return n_kept_[n] > 0; }

  const std::vector<Node>& nodes_;
  std::vector<Count> own_;           // the words a node owns itself
  std::vector<std::size_t> n_kept_;  // in its subtree
};

}  // namespace pith::testing
