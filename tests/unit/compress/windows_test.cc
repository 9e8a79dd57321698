#include "compress/windows.h"

#include <gtest/gtest.h>

#include <random>

namespace pith {
namespace {

TEST(WindowsTest, HasNoneForNoTokens) { EXPECT_TRUE(plan_windows(0, 254, 32, {}).empty()); }

TEST(WindowsTest, HasOneForAShortText) {
  EXPECT_EQ(plan_windows(254, 254, 32, {}), (std::vector<Window>{{0, 254, 0, 254}}));
}

TEST(WindowsTest, SharesTheAskedOverlapAndPutsTheSeamInItsMiddle) {
  EXPECT_EQ(plan_windows(300, 254, 32, {}), (std::vector<Window>{{0, 166, 0, 150}, {134, 300, 150, 300}}));
}

TEST(WindowsTest, SnapsTheSeamBehindAChunkEndNearTheMiddle) {
  std::vector<std::uint8_t> ends(300, 0);
  ends[146] = 1;  // the seam may lie behind token 146
  ends[140] = 1;  // outside the middle half of [134, 166)
  const auto windows = plan_windows(300, 254, 32, ends);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].use_end, 147U);
}

TEST(WindowsTest, TilesEveryLengthWithContextOnBothSides) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t capacity = 3 + random() % 300;
    const std::size_t overlap = random() % capacity;
    const std::size_t n_tokens = random() % 3000;
    std::vector<std::uint8_t> ends(n_tokens);
    for (auto& end : ends) end = random() % 10 == 0 ? 1 : 0;
    const auto windows = plan_windows(n_tokens, capacity, overlap, ends);
    std::size_t at = 0;
    for (std::size_t w = 0; w < windows.size(); ++w) {
      const Window& window = windows[w];
      ASSERT_EQ(window.use_begin, at);
      ASSERT_LE(window.begin, window.use_begin);
      ASSERT_LE(window.use_end, window.end);
      ASSERT_LE(window.end - window.begin, capacity);
      if (w > 0) {
        ASSERT_GE(windows[w - 1].end, window.begin + overlap);
        if (overlap >= 8) {
          ASSERT_GE(window.use_begin - window.begin, overlap / 4);
          ASSERT_GE(windows[w - 1].end - windows[w - 1].use_end, overlap / 4);
        }
      }
      at = window.use_end;
    }
    ASSERT_EQ(at, n_tokens);
  }
}

TEST(WindowsTest, AppendedTokensChangeTheLastTwoWindowsOnly) {
  constexpr std::size_t kCapacity = 254;
  constexpr std::size_t kOverlap = 16;
  for (std::size_t n_before = 1; n_before < 2000; n_before += 37) {
    const auto before = plan_windows(n_before, kCapacity, kOverlap, {});
    for (const std::size_t n_new : {1U, 50U, 239U, 1000U}) {
      const auto after = plan_windows(n_before + n_new, kCapacity, kOverlap, {});
      std::size_t n_same = 0;
      while (n_same < before.size() && before[n_same].begin == after[n_same].begin &&
             before[n_same].end == after[n_same].end) {
        ++n_same;
      }
      ASSERT_GE(n_same + 2, before.size()) << n_before << " + " << n_new;
      ASSERT_LE(after.size() - n_same, n_new / (kCapacity - kOverlap) + 3) << n_before << " + " << n_new;
    }
  }
}

}  // namespace
}  // namespace pith
