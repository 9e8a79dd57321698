// Elements, text and comments into nodes; what XML and HTML share.
//
//   <item id="3">Blue &amp; green</item>
//   group  the element          frame: its tags, never altered
//     words  Blue &amp; green   words, an entity and the letters it touches in one piece
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/xml_scanner.h"

namespace pith {

class MarkupTree {
 public:
  MarkupTree(std::string_view text, const Surroundings& around, TreeBuilder& tree)
      : text_(text), around_(around), tree_(tree), first_node_(static_cast<std::uint32_t>(tree.n_nodes())) {}

  /// Elements nest; those deeper than kMaxDepth or inside an element opened with is_whole are part of it.
  void open_element(const MarkupToken& tag, bool is_whole, const NodeOptions& options = {});
  void close_element(std::uint32_t end);
  /// An element without an end tag, or any other single piece.
  void piece(Kind kind, const MarkupToken& token, const NodeOptions& options = {}, Policy policy = Policy::kWhole);
  void words(ByteSpan span);
  /// Each line a piece: <pre>, CDATA.
  void lines(ByteSpan span);
  [[nodiscard]] bool is_inside_whole() const { return n_hidden_ > 0; }

  /// Gives the elements of long runs of like siblings their importance as records. `only` empty: whatever name.
  void rank_records(const std::vector<std::string_view>& only);

 private:
  void rank_children(std::uint32_t parent, const std::vector<std::string_view>& only);
  void name_node(std::uint32_t node, const MarkupToken& tag);

  struct Named {
    ByteSpan name;
    ByteSpan attributes;
  };

  std::string_view text_;
  const Surroundings& around_;
  TreeBuilder& tree_;
  std::uint32_t first_node_ = 0;
  std::vector<Named> named_;  ///< by node, from first_node_ on; empty for what is no element
  std::size_t n_hidden_ = 0;  ///< open elements without a node, inside a whole one
};

}  // namespace pith
