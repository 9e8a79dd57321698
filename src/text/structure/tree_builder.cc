#include "text/structure/tree_builder.h"

#include "base/check.h"

namespace pith {

TreeBuilder::TreeBuilder(std::uint32_t n_bytes) : n_bytes_(n_bytes) {
  Node root;
  root.span = {0, n_bytes};
  nodes_.push_back(root);
  open_.push_back(0);
}

std::uint32_t TreeBuilder::open(Kind kind, Policy policy, std::uint32_t begin, const NodeOptions& options) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  node.span = {begin, begin};
  node.kind = kind;
  node.policy = policy;
  node.is_required = options.is_required;
  node.is_forced = options.is_forced;
  node.importance = options.importance;
  node.parent = open_.back();
  nodes_.push_back(node);
  open_.push_back(index);
  return index;
}

void TreeBuilder::close(std::uint32_t end) {
  PITH_CHECK(open_.size() > 1, "the root closes in finish()");
  Node& node = nodes_[open_.back()];
  PITH_CHECK(end >= node.span.begin, "");
  node.span.end = end;
  node.end = static_cast<std::uint32_t>(nodes_.size());
  open_.pop_back();
}

std::uint32_t TreeBuilder::leaf(Kind kind, Policy policy, ByteSpan span, const NodeOptions& options) {
  if (span.empty()) return open_.back();
  const std::uint32_t index = open(kind, policy, span.begin, options);
  close(span.end);
  return index;
}

void TreeBuilder::rollback(const Mark& mark) {
  PITH_CHECK(open_.size() >= mark.n_open && nodes_.size() >= mark.n_nodes, "");
  open_.resize(mark.n_open);
  nodes_.resize(mark.n_nodes);
}

Structure TreeBuilder::finish(std::string format) {
  while (open_.size() > 1) close(n_bytes_);
  nodes_[0].end = static_cast<std::uint32_t>(nodes_.size());
  Structure structure;
  structure.nodes = std::move(nodes_);
  structure.format = std::move(format);
  structure.warnings = std::move(warnings_);
  return structure;
}

}  // namespace pith
