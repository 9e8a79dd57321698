#include "compress/relevance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/fake_embedder.h"

namespace pith {
namespace {

struct Cut {
  std::vector<std::string_view> texts;
  std::vector<Document> documents;
  std::vector<Passage> passages;
};

Cut cut(const std::vector<std::string>& contexts) {
  Cut all;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    all.texts.emplace_back(contexts[c]);
    all.documents.push_back(segment(contexts[c]).value());
    append_passages(static_cast<std::uint32_t>(c), contexts[c], all.documents.back(), &all.passages);
  }
  return all;
}

std::vector<float> relevance(std::string_view question, const std::vector<std::string>& contexts,
                             const TextEmbedder* embedder = nullptr) {
  const Cut all = cut(contexts);
  return passage_relevance(question, all.texts, all.passages, embedder).value();
}

/// `n` sentences of six words, none of which the questions below have.
std::string filler(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text += "Grey clouds drift over the valley. ";
  return text;
}

// ---- Passages.

TEST(PassagesTest, AShortContextIsOne) {
  const Cut all = cut({"One line.\n\nAnother one.", "", "  \n", "x"});
  ASSERT_EQ(all.passages.size(), 2U);
  EXPECT_EQ(all.passages[0], (Passage{0, 0, 6, {0, 23}}));
  EXPECT_EQ(all.passages[1].context, 3U);
}

TEST(PassagesTest, ALongContextIsCutAtItsBlankLines) {
  const std::string text = "Title\n\n" + filler(20) + "\r\n\r\n" + filler(15) + "\n\n" + filler(12);
  const Cut all = cut({text});
  ASSERT_EQ(all.passages.size(), 3U);
  EXPECT_EQ(all.passages[0].span.of(text).substr(0, 5), "Title");  // a heading goes with what it heads
  EXPECT_EQ(all.passages[1].end_word - all.passages[1].first_word, 15U * 7);
}

TEST(PassagesTest, ATextWithoutParagraphsIsCutAtSentences) {
  const Cut all = cut({filler(200)});
  ASSERT_GE(all.passages.size(), 7U);
  for (const Passage& passage : all.passages) EXPECT_LE(passage.end_word - passage.first_word, kMaxPassageWords + 20);
}

TEST(PassagesTest, EveryWordIsInOne) {
  std::mt19937 random(3);
  for (int round = 0; round < 40; ++round) {
    std::string text;
    for (int i = 0; i < 800; ++i) {
      constexpr const char* kParts[] = {"word ", "two words ", "end. ", "\n", "\n\n", "\r\n\r\n", "\xFF ", "南極"};
      text += kParts[random() % std::size(kParts)];
    }
    const Cut all = cut({text});
    std::uint32_t at = 0;
    for (const Passage& passage : all.passages) {
      EXPECT_EQ(passage.first_word, at);
      EXPECT_GT(passage.end_word, at);
      EXPECT_EQ(passage.span.begin, all.documents[0].words[at].span.begin);
      at = passage.end_word;
      EXPECT_EQ(passage.span.end, all.documents[0].words[at - 1].span.end);
    }
    EXPECT_EQ(at, all.documents[0].words.size());
  }
}

// ---- Relevance.

TEST(RelevanceTest, TheContextWithTheAnswerIsFirst) {
  const auto found = relevance("Who reached the South Pole first?",
                               {"Penguins eat fish.", "Amundsen reached the pole first.", "The south is warm."});
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[1], 1);
  EXPECT_GT(found[2], 0);
  EXPECT_LT(found[2], 1);
}

TEST(RelevanceTest, NearlyEqualPassagesAreNearlyEqual) {
  const auto found = relevance("reached pole", {"Amundsen reached the pole.", "Scott reached the pole too.", "Fish."});
  EXPECT_GT(std::min(found[0], found[1]), 0.9F);
}

TEST(RelevanceTest, WithoutAnyLikenessAllIsZero) {
  EXPECT_EQ(relevance("zebra", {"one", "two"}), (std::vector<float>{0, 0}));
  EXPECT_EQ(relevance("", {"one", "two"}), (std::vector<float>{0, 0}));
  const FakeEmbedder embedder;
  EXPECT_EQ(relevance(" \n", {"one", "two"}, &embedder), (std::vector<float>{0, 0}));
  EXPECT_TRUE(relevance("x", {}, &embedder).empty());
}

TEST(RelevanceTest, AnEmbedderFindsWhatIsSaidInOtherWords) {
  const std::vector<std::string> contexts{"Penguins eat fish.", "The physician was paid.", "Snow is cold."};
  EXPECT_EQ(relevance("doctor salary", contexts), (std::vector<float>{0, 0, 0}));
  const FakeEmbedder embedder({{"physician", "doctor"}, {"paid", "salary"}});
  const auto found = relevance("doctor salary", contexts, &embedder);
  EXPECT_EQ(found[1], 1);
  EXPECT_LT(std::max(found[0], found[2]), 0.6F);
}

TEST(RelevanceTest, TheRightParagraphOfTheRightContextWins) {
  // Both contexts have a paragraph about prices; one is about the bridge.
  const std::string prices = "The price was paid in gold coins. " + filler(12);
  const std::string bridge =
      "The bridge crosses the river at Ulm. " + filler(12) + "\n\n" + filler(15) + "\n\n" + prices;
  const std::string market = "The market sells bread and salt. " + filler(12) + "\n\n" + filler(15) + "\n\n" + prices;
  for (const bool turned : {false, true}) {
    const std::vector<std::string> contexts = turned ? std::vector{market, bridge} : std::vector{bridge, market};
    const Cut all = cut(contexts);
    ASSERT_EQ(all.passages.size(), 6U);
    const FakeEmbedder embedder;
    for (const TextEmbedder* e :
         {static_cast<const TextEmbedder*>(nullptr), static_cast<const TextEmbedder*>(&embedder)}) {
      const auto found = passage_relevance("What price was paid for the bridge?", all.texts, all.passages, e).value();
      const std::size_t best = turned ? 5 : 2;
      EXPECT_EQ(found[best], 1) << turned;
      EXPECT_GT(found[best], found[turned ? 2 : 5]) << turned;
      for (const float value : found) EXPECT_TRUE(value >= 0 && value <= 1);
    }
  }
}

TEST(RelevanceTest, PassesOnWhatTheEmbedderSays) {
  const std::vector<std::string> contexts{"one", "two"};  // Cut views them
  const Cut all = cut(contexts);
  const FakeEmbedder embedder;
  const auto found =
      passage_relevance("q", all.texts, all.passages, &embedder, [](std::size_t, std::size_t) { return false; });
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kCancelled);
}

// ---- What words rank by.

TEST(WeighTest, WithinAPassageTheScoreDecides) {
  std::mt19937 random(9);
  std::vector<float> scores(200), relevances(200);
  for (float& score : scores) score = static_cast<float>(random() % 50) / 50;
  for (std::size_t i = 0; i < relevances.size(); ++i) relevances[i] = static_cast<float>(i / 20) / 9;
  std::vector<float> ranks = scores;
  weigh_by_relevance(relevances, ranks);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_TRUE(ranks[i] >= 0 && ranks[i] <= 1);
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (relevances[i] == relevances[j]) {
        EXPECT_EQ(ranks[i] < ranks[j], scores[i] < scores[j]);
      } else if (scores[i] == scores[j]) {
        EXPECT_EQ(ranks[i] < ranks[j], relevances[i] < relevances[j]);
      }
    }
  }
}

TEST(WeighTest, TheBestPassagesMiddlingWordsGoBeforeAnIrrelevantPassage) {
  std::vector<float> scores{0.5F, 0.1F, 0.99F, 0.98F, 0.97F};
  const std::vector<float> relevances{1, 1, 0.2F, 0.2F, 0.2F};
  weigh_by_relevance(relevances, scores);
  EXPECT_GT(std::min(scores[0], scores[1]), std::max({scores[2], scores[3], scores[4]}));
}

TEST(WeighTest, QuantilesTakeNoAccountOfPositionsOrOfTheScale) {
  std::vector<float> scores{0.2F, 0.9F, 0.2F, 0.4F};
  std::vector<float> small{0.02F, 0.09F, 0.02F, 0.04F};
  const std::vector<float> relevances(4, 0.5F);
  weigh_by_relevance(relevances, scores);
  weigh_by_relevance(relevances, small);
  EXPECT_EQ(scores, small);
  EXPECT_EQ(scores, (std::vector<float>{weighed(0.25F, 0.5F), weighed(0.875F, 0.5F), weighed(0.25F, 0.5F),
                                        weighed(0.625F, 0.5F)}));
}

TEST(WeighTest, NothingIsNothing) {
  weigh_by_relevance({}, {});
  std::vector<float> one{0.3F};
  weigh_by_relevance(std::vector<float>{1}, one);
  EXPECT_EQ(one, std::vector<float>{weighed(0.5F, 1)});
}

}  // namespace
}  // namespace pith
