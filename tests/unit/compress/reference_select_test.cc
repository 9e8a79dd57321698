#include "compress/reference_select.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_classifier.h"
#include "support/fake_counter.h"

namespace pith {
namespace {

std::vector<ReferenceWord> words_of(const std::vector<std::pair<std::string, float>>& list, bool is_double = false) {
  std::vector<ReferenceWord> words;
  words.reserve(list.size());
  for (const auto& [text, probability] : list) words.push_back({text, probability, probability, is_double});
  return words;
}

class ReferenceSelectTest : public testing::Test {
 protected:
  ReferenceForceTokens force(const std::vector<std::string>& tokens) const {
    return std::move(*ReferenceForceTokens::create(tokens, vocabulary_));
  }
  std::string kept(const std::vector<ReferenceWord>& words, double rate, bool drop_consecutive = false,
                   const std::vector<std::string>& force_tokens = {}) {
    WordCounts counts(counter_);
    const auto keep =
        select_reference_words(words, {.reduce_rate = std::max(0.0, 1 - rate), .drop_consecutive = drop_consecutive},
                               force(force_tokens), &counts);
    if (!keep) return "error: " + keep.error().message;
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if ((*keep)[i]) text.append(text.empty() ? "" : " ").append(words[i].text);
    }
    return text;
  }

  FakeTokenizer tokenizer_;
  ReferenceVocabulary vocabulary_{tokenizer_};
  FakeCounter counter_;
};

// Reference values of int(100 * max(0, 1 - rate) + 1); 0.55, 0.8 and 0.9 come out one lower than one would think.
TEST_F(ReferenceSelectTest, PercentilesOfRatesAreThoseOfTheLibrary) {
  const std::pair<double, int> cases[] = {{0.01, 100}, {0.05, 96}, {0.1, 91},  {0.2, 81}, {0.25, 76},
                                          {0.3, 71},   {0.33, 68}, {0.35, 66}, {0.4, 61}, {0.5, 51},
                                          {0.55, 45},  {0.6, 41},  {0.65, 36}, {0.7, 31}, {0.8, 20},
                                          {0.85, 16},  {0.9, 10},  {0.95, 6},  {0.99, 2}, {0.999, 1}};
  for (const auto& [rate, q] : cases) {
    const double reduce_rate = std::max(0.0, 1 - rate);
    EXPECT_EQ(*reference_percent(100 * reduce_rate + 1, "rate"), q) << rate;
  }
  for (const double refused : {0.0, -0.5, -1e300}) {
    EXPECT_FALSE(reference_percent(100 * (1 - refused) + 1, "rate")) << refused;
  }
}

TEST_F(ReferenceSelectTest, OneWordIsDroppedAtAnyRate) {
  EXPECT_EQ(kept(words_of({{"ab", 0.9F}}), 0.5), "");
  EXPECT_EQ(kept(words_of({{"ab", 0.9F}}), 0.999), "");
}

TEST_F(ReferenceSelectTest, EqualWordsAreAllDroppedUnlessCertain) {
  EXPECT_EQ(kept(words_of({{"ab", 0.5F}, {"cd", 0.5F}}), 0.5), "");
  EXPECT_EQ(kept(words_of({{"ab", 1.0F}, {"cd", 1.0F}}, true), 0.5), "ab cd");
}

TEST_F(ReferenceSelectTest, WordsWeighAsManyValuesAsTheyHaveTokens) {
  // "abcdefgh" has two tokens under the fake counter: values 0.1 0.5 0.9 0.9, percentile 51 = 0.712
  EXPECT_EQ(kept(words_of({{"ab", 0.1F}, {"cd", 0.5F}, {"abcdefgh", 0.9F}}), 0.5), "abcdefgh");
  // One token each: 0.1 0.5 0.9, percentile 51 = 0.508
  EXPECT_EQ(kept(words_of({{"ab", 0.1F}, {"cd", 0.5F}, {"ef", 0.9F}}), 0.5), "ef");
}

TEST_F(ReferenceSelectTest, DropConsecutiveDropsRepeatedForceWords) {
  const auto words = words_of({{".", 1.0F}, {".", 1.0F}, {"ab", 0.1F}, {".", 1.0F}, {"cd", 0.9F}, {".", 1.0F}}, true);
  // At rate 0.8 "cd" counts as kept, so the dot after it stands; before it only the first one does.
  EXPECT_EQ(kept(words, 0.8, true, {"."}), ". ab cd .");
  EXPECT_EQ(kept(words, 0.8, false, {"."}), ". . . .");
  // At rate 0.5 the threshold is 1 and nothing counts.
  EXPECT_EQ(kept(words, 0.5, true, {"."}), ". ab cd");
}

TEST_F(ReferenceSelectTest, AChunkWithoutWordsIsRefused) {
  EXPECT_TRUE(kept({}, 0.5).starts_with("error: reference mode cannot compress a chunk without a word"));
  EXPECT_TRUE(kept(words_of({{"", 0.5F}}), 0.5, true).starts_with("error: "));
  EXPECT_TRUE(kept(words_of({{"ab", 0.5F}}), 0.0).starts_with("error: the rate is out of range"));
}

TEST_F(ReferenceSelectTest, ContextsStayFromThePercentileOn) {
  const std::vector<float> scores{0.4F, 0.1F, 0.3F, 0.2F};
  EXPECT_EQ(*select_reference_contexts(scores, 0.5, {}), (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(*select_reference_contexts(scores, 0.0, {}), (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(*select_reference_contexts(scores, 1.0, {}), (std::vector<bool>(4, true)));
  const std::int64_t forced[] = {-1, 1, 99};
  EXPECT_EQ(*select_reference_contexts(scores, 0.0, forced), (std::vector<bool>{true, true, false, false}));
  EXPECT_FALSE(select_reference_contexts({}, 0.5, {}));
  EXPECT_FALSE(select_reference_contexts(scores, 1.5, {}));
  EXPECT_FALSE(select_reference_contexts(scores, -0.5, {}));
}

TEST_F(ReferenceSelectTest, AFixedThresholdDecidesWhateverTheRate) {
  const auto words = words_of({{"a", 0.5F}, {"b", 0.51F}, {"c", 1.0F}, {"d", 0.1F}});
  for (const double reduce_rate : {0.01, 0.5, 1.0, 2.0}) {
    WordCounts counts(counter_);
    const auto keep = select_reference_words(
        words, {.reduce_rate = reduce_rate, .fixed_threshold = 0.5, .drop_consecutive = false}, force({}), &counts);
    ASSERT_TRUE(keep) << keep.error().message;
    EXPECT_EQ(*keep, (std::vector<bool>{false, true, true, false}));
  }
  WordCounts counts(counter_);
  const auto none = select_reference_words({}, {.fixed_threshold = 0.5}, force({}), &counts);
  ASSERT_TRUE(none) << "no percentile is taken, so a chunk without words is no error";
  EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace pith
