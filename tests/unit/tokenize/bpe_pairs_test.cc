#include "tokenize/bpe_pairs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reference/bpe_pairs_reference.h"
#include "support/print_error.h"
#include "support/random_text.h"
#include "tokenize/bpe_merge_loop.h"
#include "tokenize/vocabulary.h"

namespace pith {
namespace {

using Merged = std::vector<reference::MergedToken>;

Merged merge(const BpePairs& pairs, const std::vector<TokenId>& symbols) {
  BpeMergeLoop<BpePairs> loop;
  Merged out;
  const std::size_t n = loop.run(
      pairs, static_cast<std::uint32_t>(symbols.size()), [&](std::uint32_t i) { return BpePairs::Symbol{symbols[i]}; },
      [&](BpePairs::Symbol symbol, std::uint32_t begin, std::uint32_t end) {
        out.push_back({symbol.id, end - begin});
      });
  EXPECT_EQ(n, out.size());
  return out;
}

TEST(BpePairsTest, FindsEachPairUnderItsRank) {
  const std::vector<BpeMergeRule> rules = {
      {1, 2, 3}, {2, 1, 4}, {0, 0, 5}, {Vocabulary::kMaxId, Vocabulary::kMaxId, 6}};
  const BpePairs pairs = BpePairs::build(rules, "test").value();
  for (std::uint32_t r = 0; r < rules.size(); ++r) {
    EXPECT_EQ(pairs.find(rules[r].left, rules[r].right), r);
    EXPECT_EQ(pairs.joined(r), rules[r].joined);
  }
  EXPECT_EQ(pairs.find(1, 1), BpePairs::kNone);
  EXPECT_EQ(pairs.find(3, 3), BpePairs::kNone);
}

TEST(BpePairsTest, HasNoPairsWithoutRules) {
  const BpePairs pairs = BpePairs::build({}, "test").value();
  EXPECT_EQ(pairs.find(0, 0), BpePairs::kNone);
  EXPECT_EQ(pairs.find(Vocabulary::kMaxId, Vocabulary::kMaxId), BpePairs::kNone);
  EXPECT_EQ(merge(pairs, {}), Merged());
  EXPECT_EQ(merge(pairs, {7}), (Merged{{7, 1}}));
}

TEST(BpePairsTest, OfTwoRulesForOnePairTheLaterCounts) {
  const std::vector<BpeMergeRule> rules = {{1, 1, 2}, {1, 2, 3}, {1, 1, 4}};
  const BpePairs pairs = BpePairs::build(rules, "test").value();
  EXPECT_EQ(pairs.find(1, 1), 2u);
  EXPECT_EQ(merge(pairs, {1, 1, 2}), (Merged{{1, 1}, {3, 2}}));
}

TEST(BpePairsTest, RefusesMoreRulesThanItCanNumber) {
  const std::vector<BpeMergeRule> rules(BpePairs::kMaxRules + 1, {1, 1, 2});
  const auto pairs = BpePairs::build(rules, "file");
  ASSERT_FALSE(pairs.has_value());
  EXPECT_EQ(pairs.error(), (Error{ErrorCode::kBadModel, "file: 1048576 merges; at most 1048575 are allowed"}));
}

/// Random rules over few tokens, so that nearly all neighbours join and ranks collide in all ways; pieces on both sides
/// of the size where the heap takes over.
TEST(BpeMergeLoopTest, EqualsItsTwinOnRandomRules) {
  testing::Random random(21);
  for (int round = 0; round < 300; ++round) {
    const std::size_t n_tokens = 2 + testing::random_below(random, 6);
    const auto any_token = [&] { return static_cast<TokenId>(testing::random_below(random, 3 * n_tokens)); };
    std::vector<BpeMergeRule> rules;
    for (TokenId id = static_cast<TokenId>(n_tokens); id < static_cast<TokenId>(3 * n_tokens); ++id) {
      for (int tries = 0; tries < 3; ++tries) {
        const TokenId left = any_token(), right = any_token();
        if (left >= id || right >= id) continue;
        const auto at = rules.begin() + static_cast<std::ptrdiff_t>(testing::random_below(random, rules.size() + 1));
        rules.insert(at, {left, right, id});
      }
    }
    const BpePairs pairs = BpePairs::build(rules, "test").value();
    for (int i = 0; i < 8; ++i) {
      std::vector<TokenId> symbols(testing::random_below(random, i < 6 ? 20 : 250));
      for (TokenId& symbol : symbols) symbol = static_cast<TokenId>(testing::random_below(random, n_tokens));
      ASSERT_EQ(merge(pairs, symbols), reference::merge_by_rules(symbols, rules)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace pith
