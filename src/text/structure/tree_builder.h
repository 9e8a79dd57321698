// Builds a Structure from left to right. Recognisers for parts of a text share one builder, so that formats nest: a
// JSON block in a Markdown fence in a chat turn.
#pragma once

#include <cstdint>
#include <vector>

#include "text/structure/structure.h"

namespace pith {

struct NodeOptions {
  float importance = kByScores;
  bool is_required = false;
  bool is_forced = false;
};

class TreeBuilder {
 public:
  /// Opens the root over a text of `n_bytes`: kWords until set_policy() says otherwise.
  explicit TreeBuilder(std::uint32_t n_bytes);

  /// Opens a child of the innermost open node. REQUIRES: begin is not before the last sibling's end. Returns its index.
  std::uint32_t open(Kind kind, Policy policy, std::uint32_t begin, const NodeOptions& options = {});
  /// Closes the innermost open node at `end`.
  void close(std::uint32_t end);
  /// A childless node; an empty span is ignored (returns the index of the innermost open node).
  std::uint32_t leaf(Kind kind, Policy policy, ByteSpan span, const NodeOptions& options = {});

  /// Changing a node after the fact. REQUIRES: it exists.
  [[nodiscard]] Node& node(std::uint32_t index) { return nodes_[index]; }
  [[nodiscard]] std::uint32_t innermost() const { return open_.back(); }
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  [[nodiscard]] std::size_t n_nodes() const { return nodes_.size(); }
  [[nodiscard]] bool is_full() const { return nodes_.size() + kMaxDepth >= kMaxNodes; }

  /// A place to come back to when what looked like a format turns out to be none.
  struct Mark {
    std::size_t n_nodes = 0;
    std::size_t n_open = 0;
  };
  [[nodiscard]] Mark mark() const { return {nodes_.size(), open_.size()}; }
  /// Forgets every node opened since. REQUIRES: nodes open at the mark are still open.
  void rollback(const Mark& mark);

  /// Ignored while quiet: what is broken inside a code block is the author's, and no news to the caller.
  void warn(std::string message) {
    if (!is_quiet_) warnings_.push_back(std::move(message));
  }
  void set_quiet(bool is_quiet) { is_quiet_ = is_quiet; }

  /// Closes everything. The builder is spent.
  [[nodiscard]] Structure finish(std::string format);

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;
  std::vector<std::string> warnings_;
  std::uint32_t n_bytes_ = 0;
  bool is_quiet_ = false;
};

}  // namespace pith
