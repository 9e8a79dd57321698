// Short ways to a structure, for the tests of recognisers.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/random_prune.h"
#include "text/structure/recognizers.h"

namespace pith::testing {

inline ByteSpan whole(std::string_view text) { return {0, static_cast<std::uint32_t>(text.size())}; }

inline Structure markdown(std::string_view text) {
  TreeBuilder tree(whole(text).end);
  add_markdown(text, whole(text), {}, tree);
  Structure structure = tree.finish("markdown");
  EXPECT_EQ(broken_structure_law(structure, text), "");
  return structure;
}

inline Structure code(std::string_view text, std::string_view language) {
  TreeBuilder tree(whole(text).end);
  EXPECT_TRUE(add_code(text, whole(text), language, tree));
  Structure structure = tree.finish("code");
  EXPECT_EQ(broken_structure_law(structure, text), "");
  return structure;
}

inline std::string tree_of(std::string_view text) { return structure_text(markdown(text), text); }

/// What `n` random choices leave of `text`, from next to nothing to most of it.
inline std::vector<std::string> prunings(const Structure& structure, std::string_view text, int n, unsigned seed = 1) {
  constexpr double kShares[] = {0.03, 0.1, 0.3, 0.6, 0.9};
  RandomPruner pruner(structure, text);
  std::mt19937 random(seed);
  std::vector<std::string> out;
  for (int i = 0; i < n; ++i) out.push_back(pruner.prune(kShares[i % 5], random));
  return out;
}

}  // namespace pith::testing
