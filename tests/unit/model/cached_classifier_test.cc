#include "model/cached_classifier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>

#include "support/counting_classifier.h"
#include "support/random_text.h"

namespace pith {
namespace {

using testing::Random;
using testing::random_below;

std::shared_ptr<MemoryScoreCache> memory(std::size_t n_bytes = std::size_t{1} << 24) {
  return std::make_shared<MemoryScoreCache>(n_bytes);
}

/// Sequences drawn from a small pool, so that many repeat; some empty, some with hidden tokens.
TokenSequences random_sequences(Random& random, std::size_t n_sequences) {
  TokenSequences sequences;
  for (std::size_t s = 0; s < n_sequences; ++s) {
    const std::size_t number = random_below(random, 12);
    for (std::size_t i = 0; i < number % 5 * 3; ++i) {
      if (number % 4 == 1 && i % 4 == number % 3) sequences.hidden.push_back(sequences.ids.size());
      sequences.ids.push_back(static_cast<TokenId>(5 + number / 6 * 40 + i));
    }
    sequences.end_sequence();
  }
  return sequences;
}

TEST(CachedClassifierTest, AnswersAsWithoutACacheWhateverWasAskedBefore) {
  Random random(7);
  const auto inner = std::make_shared<CountingClassifier>();
  const CountingClassifier plain;
  for (const std::size_t n_cache_bytes : {std::size_t{0}, std::size_t{700}, std::size_t{1} << 20}) {
    const CachedClassifier cached(inner, memory(n_cache_bytes), "model");
    for (int round = 0; round < 200; ++round) {
      const TokenSequences sequences = random_sequences(random, random_below(random, 9));
      const auto expected = plain.keep_probabilities(sequences);
      const auto answer = cached.keep_probabilities(sequences);
      ASSERT_TRUE(answer && expected);
      ASSERT_EQ(*answer, *expected) << "round " << round << ", cache of " << n_cache_bytes;
    }
  }
  EXPECT_LT(inner->n_sequences(), plain.n_sequences());
}

TEST(CachedClassifierTest, OnlyMissingSequencesAreComputedInOneCallAndEqualOnesOnce) {
  const auto inner = std::make_shared<CountingClassifier>();
  const CachedClassifier cached(inner, memory(), "model");
  TokenSequences first;
  first.ids = {5, 6, 7, 5, 6, 7, 8};
  first.begin = {0, 3, 6, 7};
  ASSERT_TRUE(cached.keep_probabilities(first));
  EXPECT_EQ(inner->n_calls(), 1U);
  EXPECT_EQ(inner->n_tokens(), 4U);
  TokenSequences second;
  second.ids = {8, 9, 9, 5, 6, 7};
  second.begin = {0, 1, 3, 6};
  ASSERT_TRUE(cached.keep_probabilities(second));
  EXPECT_EQ(inner->n_calls(), 2U);
  EXPECT_EQ(inner->n_tokens(), 6U);
  ASSERT_TRUE(cached.keep_probabilities(second));
  EXPECT_EQ(inner->n_calls(), 2U);
}

TEST(CachedClassifierTest, HiddenTokensArePartOfTheKey) {
  const auto inner = std::make_shared<CountingClassifier>();
  const CachedClassifier cached(inner, memory(), "model");
  TokenSequences sequences;
  sequences.ids = {5, 6, 7, 5, 6, 7, 5, 6, 7};
  sequences.begin = {0, 3, 6, 9};
  sequences.hidden = {4, 8};
  const auto expected = CountingClassifier().keep_probabilities(sequences);
  EXPECT_EQ(cached.keep_probabilities(sequences).value(), expected.value());
  EXPECT_EQ(inner->n_sequences(), 3U);
  EXPECT_EQ(inner->n_hidden(), 2U);
  EXPECT_EQ(cached.keep_probabilities(sequences).value(), expected.value());
  EXPECT_EQ(inner->n_sequences(), 3U);
}

TEST(CachedClassifierTest, ModelsAndArithmeticsThatShareACacheDoNotMeet) {
  const auto cache = memory();
  const auto constant = [](float p) { return FakeClassifierOptions{.score = [p](auto, std::size_t) { return p; }}; };
  const CachedClassifier a(std::make_shared<CountingClassifier>(constant(0.25F), "int8"), cache, "model a");
  const CachedClassifier b(std::make_shared<CountingClassifier>(constant(0.5F), "int8"), cache, "model b");
  const CachedClassifier c(std::make_shared<CountingClassifier>(constant(0.75F), "f32"), cache, "model a");
  TokenSequences sequences;
  sequences.ids = {5};
  sequences.end_sequence();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(a.keep_probabilities(sequences).value()[0], 0.25F);
    EXPECT_EQ(b.keep_probabilities(sequences).value()[0], 0.5F);
    EXPECT_EQ(c.keep_probabilities(sequences).value()[0], 0.75F);
  }
}

TEST(CachedClassifierTest, ProgressCountsWhatIsComputedAndReachesTheTotal) {
  const CachedClassifier cached(std::make_shared<CountingClassifier>(), memory(), "model");
  TokenSequences sequences;
  sequences.ids = {5, 6, 7, 8};
  sequences.begin = {0, 2, 4};
  std::vector<std::pair<std::size_t, std::size_t>> calls;
  const auto note = [&](std::size_t n_done, std::size_t n_total) {
    calls.emplace_back(n_done, n_total);
    return true;
  };
  using Calls = std::vector<std::pair<std::size_t, std::size_t>>;
  ASSERT_TRUE(cached.keep_probabilities(sequences, note));
  EXPECT_EQ(calls, (Calls{{2, 4}, {4, 4}}));
  calls.clear();
  sequences.ids.insert(sequences.ids.end(), {9, 10, 11});
  sequences.end_sequence();
  ASSERT_TRUE(cached.keep_probabilities(sequences, note));
  EXPECT_EQ(calls, (Calls{{3, 3}}));
  calls.clear();
  ASSERT_TRUE(cached.keep_probabilities(sequences, note));
  EXPECT_EQ(calls, (Calls{{7, 7}}));
}

TEST(CachedClassifierTest, CancellingWorksWithAndWithoutAnythingToCompute) {
  const auto inner = std::make_shared<CountingClassifier>();
  const CachedClassifier cached(inner, memory(), "model");
  TokenSequences sequences;
  sequences.ids = {5, 6};
  sequences.begin = {0, 1, 2};
  const auto stop = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ(cached.keep_probabilities(sequences, stop).error().code, ErrorCode::kCancelled);
  ASSERT_TRUE(cached.keep_probabilities(sequences));
  EXPECT_EQ(inner->n_sequences(), 4U);  // what was cancelled was not stored
  EXPECT_EQ(cached.keep_probabilities(sequences, stop).error().code, ErrorCode::kCancelled);
}

TEST(CachedClassifierTest, ErrorsNameTheSequenceAsTheCallerCountsIt) {
  const CachedClassifier cached(std::make_shared<CountingClassifier>(FakeClassifierOptions{.max_sequence_tokens = 4}),
                                memory(), "model");
  TokenSequences sequences;
  sequences.ids = {5, 6};
  sequences.begin = {0, 1, 2};
  ASSERT_TRUE(cached.keep_probabilities(sequences));
  sequences.ids.insert(sequences.ids.end(), 5, TokenId{7});
  sequences.end_sequence();
  const auto refused = cached.keep_probabilities(sequences);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find('2'), std::string::npos) << refused.error().message;
}

TEST(CachedClassifierTest, ConcurrentCallersGetTheSameBits) {
  Random random(11);
  const CachedClassifier cached(std::make_shared<CountingClassifier>(), memory(2000), "model");
  const TokenSequences sequences = random_sequences(random, 40);
  const auto expected = CountingClassifier().keep_probabilities(sequences);
  std::atomic<int> n_equal{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        if (const auto answer = cached.keep_probabilities(sequences); answer && *answer == *expected) ++n_equal;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_equal, 80);
}

}  // namespace
}  // namespace pith
