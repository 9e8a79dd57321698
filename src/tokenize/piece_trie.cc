#include "tokenize/piece_trie.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/check.h"

namespace pith {
namespace {

// Linear probing gets slow above this share of used slots.
constexpr struct {
  std::size_t num = 5, den = 8;
} kFullest;

}  // namespace

PieceTrie::PieceTrie(std::span<const std::string_view> pieces) {
  n_ids_ = static_cast<Node>(pieces.size());
  root_ = n_ids_;
  Node n_nodes = n_ids_ + 1;
  std::size_t longest = 0;
  std::size_t n_bytes = 0;
  for (const auto piece : pieces) {
    longest = std::max(longest, piece.size());
    n_bytes += piece.size();
  }
  PITH_CHECK(n_bytes + pieces.size() + 1 < kMaxNodes, std::to_string(n_bytes) + " bytes of pieces");
  // Short pieces first: when a piece is entered, every shorter piece on its way already has its node, and whatever node
  // is missing spells no piece. Among equal pieces the last id comes first and stays.
  std::vector<std::uint32_t> at_length(longest + 2);
  for (const auto piece : pieces) ++at_length[piece.size() + 1];
  for (std::size_t i = 1; i < at_length.size(); ++i) at_length[i] += at_length[i - 1];
  std::vector<std::uint32_t> order(pieces.size());
  for (Node id = n_ids_; id-- > 0;) order[at_length[pieces[id].size()]++] = id;
  reserve(std::min(n_bytes, pieces.size() * 5 / 2));  // BERT's vocabularies have 2.2 to 2.5 edges a piece
  for (const std::uint32_t id : order) {
    const std::string_view piece = pieces[id];
    if (piece.empty()) continue;
    Node node = root_;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      const auto byte = static_cast<unsigned char>(piece[i]);
      Node next = step(node, byte);
      if (next == kNone) {
        next = i + 1 == piece.size() ? Node{id} : n_nodes++;
        insert(node, byte, next);
      }
      node = next;
    }
  }
}

PieceTrie::Node PieceTrie::find(std::string_view text) const {
  Node node = root_;
  for (const char c : text) {
    node = step(node, static_cast<unsigned char>(c));
    if (node == kNone) break;
  }
  return node;
}

void PieceTrie::insert(Node node, unsigned char byte, Node child) {
  if (n_edges_ * kFullest.den >= edges_.size() * kFullest.num) resize(edges_.size() * 2);
  place({node << 8 | byte, child});
  ++n_edges_;
}

void PieceTrie::place(Edge edge) {
  std::size_t i = home(edge.key);
  while (edges_[i].child != kNone) i = (i + 1) & mask_;
  edges_[i] = edge;
}

void PieceTrie::reserve(std::size_t n_edges) {
  resize(std::max(edges_.size(), std::bit_ceil(n_edges * kFullest.den / kFullest.num + 1)));
}

void PieceTrie::resize(std::size_t n_slots) {
  const std::vector<Edge> old = std::exchange(edges_, std::vector<Edge>(n_slots));
  mask_ = n_slots - 1;
  shift_ = 32 - static_cast<std::uint32_t>(std::countr_zero(n_slots));
  for (const Edge& edge : old) {
    if (edge.child != kNone) place(edge);
  }
}

}  // namespace pith
