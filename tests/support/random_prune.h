// What selection and rendering may make of a structure, slowly and obviously: keeps a random choice of words and
// pieces, closes it under the rules of structure.h and copies it. Recognisers are tested with it: whatever is chosen,
// the result must still be what it was (JSON that parses, a list that is a list).
#pragma once

#include <cctype>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "text/structure/structure.h"

namespace pith::testing {

class RandomPruner {
 public:
  RandomPruner(const Structure& structure, std::string_view text) : nodes_(structure.nodes), text_(text) {
    owner_.assign(text.size(), 0);
    for (std::uint32_t n = 1; n < nodes_.size(); ++n) {
      for (std::uint32_t at = nodes_[n].span.begin; at < nodes_[n].span.end; ++at) owner_[at] = n;
    }
    for (std::uint32_t at = 0; at < text.size();) {
      if (is_space(at)) {
        ++at;
        continue;
      }
      const std::uint32_t begin = at;
      while (at < text.size() && !is_space(at) && owner_[at] == owner_[begin]) ++at;
      pieces_.push_back({{begin, at}, owner_[begin]});
    }
  }

  /// The text with about `share` of what may be chosen.
  [[nodiscard]] std::string prune(double share, std::mt19937& random) {
    kept_.assign(pieces_.size(), 0);
    entered_.assign(nodes_.size(), 0);
    std::bernoulli_distribution coin(share);
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
      if (is_whole(n) && (nodes_[n].is_forced || coin(random))) enter(n);
      if (nodes_[n].is_forced) {
        for (std::uint32_t d = n; d < nodes_[n].end; ++d) enter(d);
      }
    }
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      const Node& owner = nodes_[pieces_[p].node];
      if (owner.policy != Policy::kWords) continue;
      bool is_forced = false;
      for (std::uint32_t n = pieces_[p].node;; n = nodes_[n].parent) {
        is_forced |= nodes_[n].is_forced;
        if (n == 0) break;
      }
      if (!is_forced && !coin(random)) continue;
      kept_[p] = 1;
      enter(pieces_[p].node);
    }
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
      if (nodes_[n].policy == Policy::kSeparator && neighbours_are_there(n)) entered_[n] = 1;
    }
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      const std::uint32_t n = pieces_[p].node;
      if (nodes_[n].policy != Policy::kWords && entered_[n] != 0) kept_[p] = 1;
    }
    return render();
  }

 private:
  struct Piece {
    ByteSpan span;
    std::uint32_t node = 0;
  };

  [[nodiscard]] bool is_space(std::size_t at) const {
    return text_[at] == ' ' || (text_[at] >= '\t' && text_[at] <= '\r');
  }
  [[nodiscard]] bool is_whole(std::uint32_t n) const {
    return nodes_[n].policy == Policy::kWhole || (nodes_[n].policy == Policy::kGroup && nodes_[n].end == n + 1);
  }

  /// Node n has something kept: so have its ancestors, and their required children come along.
  void enter(std::uint32_t n) {
    if (nodes_[n].policy == Policy::kSeparator || nodes_[n].policy == Policy::kRemoved) return;
    if (entered_[n] != 0) return;
    entered_[n] = 1;
    for (std::uint32_t child = n + 1; child < nodes_[n].end; child = nodes_[child].end) {
      if (nodes_[child].is_required && nodes_[child].policy != Policy::kWords) enter(child);
    }
    if (n != 0) enter(nodes_[n].parent);
  }

  [[nodiscard]] bool neighbours_are_there(std::uint32_t separator) const {
    const Node& parent = nodes_[nodes_[separator].parent];
    bool before = false;
    for (std::uint32_t child = nodes_[separator].parent + 1; child < separator; child = nodes_[child].end) {
      if (nodes_[child].policy != Policy::kSeparator) before = entered_[child] != 0;
    }
    for (std::uint32_t child = nodes_[separator].end; child < parent.end; child = nodes_[child].end) {
      if (nodes_[child].policy != Policy::kSeparator && entered_[child] != 0) return before;
    }
    return false;
  }

  [[nodiscard]] std::string render() const {
    std::string out;
    const Piece* last = nullptr;
    std::size_t last_index = 0;
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      if (kept_[p] == 0) continue;
      const Piece& piece = pieces_[p];
      if (last != nullptr) out += separator(last_index, p);
      out += piece.span.of(text_);
      last = &piece;
      last_index = p;
    }
    return out;
  }

  [[nodiscard]] std::string separator(std::size_t left, std::size_t right) const {
    std::string_view space, line, blank;
    for (std::size_t p = left; p < right; ++p) {
      const std::string_view gap = text_.substr(pieces_[p].span.end, pieces_[p + 1].span.begin - pieces_[p].span.end);
      if (gap.empty()) continue;
      if (right == left + 1) return std::string(gap);
      space = gap;
      const std::size_t last_break = gap.rfind('\n');
      if (last_break == std::string_view::npos) continue;
      line = gap.substr(last_break);
      if (gap.find('\n') != last_break) blank = "\n";
    }
    if (!line.empty()) return std::string(blank) + std::string(line);
    if (!space.empty()) return std::string(space);
    const auto is_alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    const char a = text_[pieces_[left].span.end - 1];
    const char b = text_[pieces_[right].span.begin];
    return right > left + 1 && is_alnum(a) && is_alnum(b) ? " " : "";
  }

  const std::vector<Node>& nodes_;
  std::string_view text_;
  std::vector<std::uint32_t> owner_;
  std::vector<Piece> pieces_;
  std::vector<std::uint8_t> kept_, entered_;
};

}  // namespace pith::testing
