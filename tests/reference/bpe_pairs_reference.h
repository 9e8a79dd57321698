// The obvious twin of merging by rules: look at every pair of neighbours again after each step. Quadratic in the piece,
// linear in the rules: for short pieces and few rules only.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tokenize/bpe_pairs.h"

namespace pith::reference {

/// A token and the number of first symbols in it.
struct MergedToken {
  TokenId id = kNoToken;
  std::size_t n_symbols = 1;

  friend bool operator==(const MergedToken&, const MergedToken&) = default;
};

inline std::vector<MergedToken> merge_by_rules(std::span<const TokenId> symbols, std::span<const BpeMergeRule> rules) {
  std::vector<MergedToken> tokens;
  for (const TokenId id : symbols) tokens.push_back({id, 1});
  const auto rank_of = [&](std::size_t i) {
    for (std::size_t r = rules.size(); r-- > 0;) {  // of two rules for one pair the later counts
      if (rules[r].left == tokens[i].id && rules[r].right == tokens[i + 1].id) return r;
    }
    return rules.size();
  };
  while (true) {
    std::size_t best = 0, best_rank = rules.size();
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (const std::size_t rank = rank_of(i); rank < best_rank) {
        best = i;
        best_rank = rank;
      }
    }
    if (best_rank == rules.size()) return tokens;
    tokens[best] = {rules[best_rank].joined, tokens[best].n_symbols + tokens[best + 1].n_symbols};
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace pith::reference
