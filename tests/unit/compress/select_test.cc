#include "compress/select.h"

#include <gtest/gtest.h>

#include <random>
namespace pith {
namespace {

Ranking ranking_of(std::size_t n_words, std::size_t n_forced = 0) {
  Ranking ranking;
  ranking.order.resize(n_words);
  for (std::uint32_t w = 0; w < n_words; ++w) ranking.steps.push_back({.order_end = w + 1, .priority = 0.5F});
  ranking.n_forced = n_forced;
  return ranking;
}

TEST(SelectTest, FindsTheLongestPrefixThatFits) {
  for (std::size_t n_words = 0; n_words < 70; ++n_words) {
    for (std::int64_t budget = 0; budget < 150; ++budget) {
      const auto kept =
          select_prefix(ranking_of(n_words), budget, [](std::size_t n) { return static_cast<std::int64_t>(2 * n); });
      ASSERT_TRUE(kept);
      EXPECT_EQ(*kept, std::min(n_words, static_cast<std::size_t>(budget / 2)));
    }
  }
}

TEST(SelectTest, RefusesForcedWordsAboveTheBudget) {
  const auto kept = select_prefix(ranking_of(10, 4), 7, [](std::size_t n) { return static_cast<std::int64_t>(2 * n); });
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error(), (Error{ErrorCode::kBudgetTooSmall,
                                 "the forced words alone take 8 tokens, but the budget is 7; raise the rate or "
                                 "target_token, or force less"}));
}

/// Token counts may fall when a word is added (two pieces become one). The result must still fit, be maximal where it
/// stands, and never shrink when the budget grows.
TEST(SelectTest, IsNestedEvenWhenCountsAreNotMonotone) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    const std::size_t n_words = 1 + random() % 200;
    std::vector<std::int64_t> counts(n_words + 1, 0);
    for (std::size_t n = 1; n <= n_words; ++n) {
      counts[n] = std::max<std::int64_t>(0, counts[n - 1] + static_cast<std::int64_t>(random() % 5) - 1);
    }
    std::size_t before = 0;
    for (std::int64_t budget = 0; budget <= counts[n_words] + 3; ++budget) {
      const auto kept = select_prefix(ranking_of(n_words), budget, [&](std::size_t n) { return counts[n]; });
      ASSERT_TRUE(kept);
      EXPECT_LE(counts[*kept], budget);
      if (*kept < n_words) {
        EXPECT_GT(counts[*kept + 1], budget);
      }
      EXPECT_GE(*kept, before);
      before = *kept;
    }
  }
}

}  // namespace
}  // namespace pith
