#include "model/score_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <bit>
#include <limits>
#include <string>
#include <thread>

namespace pith {
namespace {

BlobKey key_of(std::size_t number) { return BlobKeyBuilder().add(std::to_string(number)).key(); }

void put(ScoreCache& cache, std::size_t number, const std::vector<float>& scores) {
  cache.put(std::array{ScoreEntry{key_of(number), scores}});
}

std::size_t n_entries_there(ScoreCache& cache, std::size_t n) {
  std::size_t n_there = 0;
  for (std::size_t i = 0; i < n; ++i) n_there += cache.get(key_of(i)) ? 1U : 0U;
  return n_there;
}

TEST(MemoryScoreCacheTest, AHitHasTheBitsThatWerePut) {
  MemoryScoreCache cache(1 << 20);
  const std::vector<float> scores{0.1F, -0.0F, std::numeric_limits<float>::denorm_min(),
                                  std::bit_cast<float>(0x7FC01234U)};
  EXPECT_FALSE(cache.get(key_of(1)));
  put(cache, 1, scores);
  const auto hit = cache.get(key_of(1));
  ASSERT_TRUE(hit);
  ASSERT_EQ(hit->size(), scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>((*hit)[i]), std::bit_cast<std::uint32_t>(scores[i])) << i;
  }
  EXPECT_FALSE(cache.get(key_of(2)));
}

TEST(MemoryScoreCacheTest, TheLeastRecentlyUsedGoFirst) {
  MemoryScoreCache cache(3 * MemoryScoreCache::entry_bytes(8));
  for (std::size_t i = 0; i < 3; ++i) put(cache, i, std::vector<float>(8, 0.5F));
  EXPECT_TRUE(cache.get(key_of(0)));
  put(cache, 3, std::vector<float>(8, 0.5F));
  EXPECT_TRUE(cache.get(key_of(0)));
  EXPECT_FALSE(cache.get(key_of(1)));
  EXPECT_TRUE(cache.get(key_of(2)));
  EXPECT_TRUE(cache.get(key_of(3)));
}

TEST(MemoryScoreCacheTest, ItsBytesStayWithinTheLimit) {
  const std::size_t max_bytes = 10'000;
  MemoryScoreCache cache(max_bytes);
  for (std::size_t i = 0; i < 500; ++i) {
    put(cache, i, std::vector<float>(i % 97, 0.25F));
    ASSERT_LE(cache.n_bytes(), max_bytes);
  }
  EXPECT_GT(cache.n_bytes(), max_bytes / 2);
  EXPECT_GT(n_entries_there(cache, 500), 10U);
}

TEST(MemoryScoreCacheTest, AnEntryLargerThanTheCacheIsNotKeptAndDropsNothing) {
  MemoryScoreCache cache(1000);
  put(cache, 0, {1.F});
  put(cache, 1, std::vector<float>(1000));
  EXPECT_TRUE(cache.get(key_of(0)));
  EXPECT_FALSE(cache.get(key_of(1)));
  MemoryScoreCache none(0);
  put(none, 0, {1.F});
  EXPECT_FALSE(none.get(key_of(0)));
}

TEST(LayeredScoreCacheTest, WhatOnlyTheSlowOneKnowsIsCopiedIntoTheFastOne) {
  const auto fast = std::make_shared<MemoryScoreCache>(1 << 20);
  const auto slow = std::make_shared<MemoryScoreCache>(1 << 20);
  LayeredScoreCache cache(fast, slow);
  put(*slow, 1, {0.5F});
  EXPECT_FALSE(fast->get(key_of(1)));
  EXPECT_TRUE(cache.get(key_of(1)));
  EXPECT_TRUE(fast->get(key_of(1)));
  put(cache, 2, {0.5F});
  EXPECT_TRUE(fast->get(key_of(2)));
  EXPECT_TRUE(slow->get(key_of(2)));
}

TEST(MemoryScoreCacheTest, ConcurrentUsersSeeWholeEntries) {
  MemoryScoreCache cache(20 * MemoryScoreCache::entry_bytes(16));
  std::atomic<int> n_wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 2000; ++i) {
        const std::size_t number = (i * 7 + t) % 50;
        const std::vector<float> expected(16, static_cast<float>(number));
        if (const auto hit = cache.get(key_of(number)); hit && *hit != expected) ++n_wrong;
        put(cache, number, expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_wrong, 0);
}

}  // namespace
}  // namespace pith
