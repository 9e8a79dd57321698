#include "compress/word_scores.h"

#include <gtest/gtest.h>

namespace pith {
namespace {

const std::vector<Word> kWords = [] {
  std::vector<Word> words(3);
  words[0].span = {0, 4};
  words[1].span = {5, 6};
  words[2].span = {7, 12};
  return words;
}();

TEST(WordScoresTest, TakesTheMeanOrTheFirstOfAWordsTokens) {
  const std::vector<ByteSpan> spans = {{0, 2}, {2, 4}, {5, 6}, {7, 12}};
  const std::vector<float> probabilities = {0.25F, 0.75F, 0.5F, 1.0F};
  EXPECT_EQ(pool_word_scores(kWords, spans, probabilities, TokenToWord::kMean), (std::vector<float>{0.5F, 0.5F, 1.0F}));
  EXPECT_EQ(pool_word_scores(kWords, spans, probabilities, TokenToWord::kFirst),
            (std::vector<float>{0.25F, 0.5F, 1.0F}));
}

TEST(WordScoresTest, ATokenOverTwoWordsCountsForBoth) {
  const std::vector<ByteSpan> spans = {{0, 6}, {7, 9}};
  const std::vector<float> probabilities = {0.5F, 0.25F};
  EXPECT_EQ(pool_word_scores(kWords, spans, probabilities, TokenToWord::kMean),
            (std::vector<float>{0.5F, 0.5F, 0.25F}));
}

TEST(WordScoresTest, AWordWithoutTokensScoresZero) {
  const std::vector<ByteSpan> spans = {{0, 4}, {7, 12}};
  const std::vector<float> probabilities = {0.5F, 0.25F};
  EXPECT_EQ(pool_word_scores(kWords, spans, probabilities, TokenToWord::kMean),
            (std::vector<float>{0.5F, 0.0F, 0.25F}));
}

}  // namespace
}  // namespace pith
