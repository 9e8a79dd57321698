#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "compress/rankers/gzip_ranker.h"
#include "compress/rankers/make_ranker.h"
#include "compress/rankers/perplexity_ranker.h"
#include "compress/rankers/ranked_by_key.h"
#include "support/fake_causal_lm.h"
#include "support/fake_embedder.h"
#include "support/print_error.h"

namespace pith {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::vector<std::size_t> order_of(const std::vector<RankedContext>& ranked) {
  std::vector<std::size_t> order;
  for (const RankedContext& r : ranked) order.push_back(r.context);
  return order;
}

using Order = std::vector<std::size_t>;

TEST(RankedByKeyTest, KeepsTheOrderOfEqualKeysAndPutsNoNumbersLast) {
  const std::vector<double> keys{2, kNan, 1, 2, kNan, 3, 1};
  EXPECT_EQ(order_of(ranked_by_key(keys, BestKey::kHighest)), (Order{5, 0, 3, 2, 6, 1, 4}));
  EXPECT_EQ(order_of(ranked_by_key(keys, BestKey::kLowest)), (Order{2, 6, 0, 3, 5, 1, 4}));
  EXPECT_TRUE(ranked_by_key({}, BestKey::kLowest).empty());
}

TEST(MakeRankerTest, SuggestsTheNearestName) {
  const auto ranker = make_ranker("longlmlingua", {});
  ASSERT_FALSE(ranker);
  EXPECT_EQ(ranker.error().code, ErrorCode::kUnknownField);
  EXPECT_NE(ranker.error().message.find("did you mean \"longllmlingua\"?"), std::string::npos)
      << ranker.error().message;
  EXPECT_EQ(ranker_needs("").error().code, ErrorCode::kUnknownField);
  EXPECT_FALSE(is_rank_method("BM25"));
}

TEST(MakeRankerTest, SaysWhatEachMethodNeedsAndRefusesToGoWithout) {
  const struct {
    std::string_view name;
    RankerNeeds needs;
  } cases[] = {{"bm25", RankerNeeds::kNothing},
               {"gzip", RankerNeeds::kNothing},
               {"llmlingua", RankerNeeds::kCausalLm},
               {"longllmlingua", RankerNeeds::kCausalLm},
               {"embedding", RankerNeeds::kEmbedder},
               {"sentbert", RankerNeeds::kEmbedder},
               {"bge", RankerNeeds::kEmbedder},
               {"openai", RankerNeeds::kEndpoint},
               {"voyageai", RankerNeeds::kEndpoint},
               {"cohere", RankerNeeds::kEndpoint},
               {"jinza", RankerNeeds::kEndpoint},
               {"bge_reranker", RankerNeeds::kEndpoint},
               {"bge_llmembedder", RankerNeeds::kEndpoint}};
  EXPECT_EQ(std::size(cases), rank_methods().size());
  for (const auto& c : cases) {
    EXPECT_TRUE(is_rank_method(c.name)) << c.name;
    EXPECT_EQ(ranker_needs(c.name).value(), c.needs) << c.name;
    if (c.needs == RankerNeeds::kCausalLm || c.needs == RankerNeeds::kEmbedder) {
      const auto ranker = make_ranker(c.name, {});
      ASSERT_FALSE(ranker);
      EXPECT_EQ(ranker.error().code, ErrorCode::kInvalidArgument);
    }
  }
}

TEST(RankConditionTest, FollowsTheMethod) {
  const struct {
    std::string_view method, condition;
    RankCondition want;
  } cases[] = {
      {"llmlingua", "none", RankCondition::kNone},
      {"llmlingua", "after_condition", RankCondition::kNone},
      {"longllmlingua", "none", RankCondition::kAfter},
      {"longllmlingua", "none_condition", RankCondition::kAfter},
      {"longllmlingua", "before", RankCondition::kBefore},
      {"longllmlingua", "after_condition", RankCondition::kAfter},
      {"longllmlingua", "before_condition", RankCondition::kBefore},
      {"bm25", "none", RankCondition::kNone},
  };
  for (const auto& c : cases) EXPECT_EQ(rank_condition(c.method, c.condition).value(), c.want) << c.condition;
  for (const std::string_view bad : {"", "_condition", "afer", "after_", "after_condition_condition"}) {
    EXPECT_EQ(rank_condition("longllmlingua", bad).error().code, ErrorCode::kUnknownField) << bad;
  }
}

TEST(GzipRankerTest, CountsTheBytesThatPythonsGzipWrites) {
  const std::string question = "Who reached the South Pole first?";
  std::string long_text;
  for (int i = 0; i < 200'000; ++i) {
    long_text += static_cast<char>('a' + (static_cast<long>(i) * i * 7 + i / 3) % 26);
  }
  EXPECT_EQ(gzip_bytes(""), 20U);
  EXPECT_EQ(gzip_bytes(question), 53U);
  EXPECT_EQ(gzip_bytes(long_text), 652U);
  std::string beach;
  for (int i = 0; i < 40; ++i) beach += "Été à la plage 南極点 🙂";
  const std::vector<std::string> texts{"The South Pole was reached by Roald Amundsen on 14 December 1911.",
                                       "Penguins eat fish, krill and squid.", "", question, beach};
  const auto ranked = GzipRanker().rank(question, views_of(texts));
  const std::vector<double> want{0.5529411764705883, 0.5818181818181818, 0.6415094339622641, 0.07547169811320754,
                                 0.7076923076923077};
  ASSERT_TRUE(ranked);
  for (const RankedContext& r : *ranked) EXPECT_EQ(r.key, want[r.context]) << r.context;
  EXPECT_EQ(ranked->front().context, 3U);
}

TEST(Bm25RankerTest, HasTwoFormulas) {
  const std::vector<std::string> texts{"penguins eat fish", "the pole was finally reached", "reached! the POLE",
                                       "cold"};
  const auto pith = make_ranker("bm25", {}).value()->rank("Reached the pole", views_of(texts));
  const auto okapi = make_ranker("bm25", {.reference = true}).value()->rank("Reached the pole", views_of(texts));
  ASSERT_TRUE(pith && okapi);
  EXPECT_EQ(order_of(*pith).front(), 2U);   // shorter; case and punctuation do not matter
  EXPECT_EQ(order_of(*okapi).front(), 1U);  // "pole" in small letters
}

TEST(EmbeddingRankerTest, TakesWhatMeansTheSame) {
  const std::map<std::string, std::string> aliases{{"physician", "doctor"}};
  const FakeEmbedder embedder(aliases);
  const std::vector<std::string> texts{"a green boat", "", "the physician came", "weather"};
  for (const std::string_view name : {"embedding", "sentbert", "bge"}) {
    const auto ranked = make_ranker(name, {.embedder = &embedder}).value()->rank("doctor", views_of(texts));
    ASSERT_TRUE(ranked);
    EXPECT_EQ(ranked->front().context, 2U) << name;
  }
}

// A model with a window of `n` tokens that is surprised by # only.
FakeCausalOptions surprised_by_hash(std::size_t n = 4096) {
  FakeCausalOptions options;
  options.max_context_tokens = n;
  options.nll = [](std::span<const TokenId> text, std::size_t i) { return text[i] == '#' ? 4.0F : 1.0F; };
  return options;
}

TEST(PerplexityRankerTest, AveragesThePartThatCounts) {
  const FakeCausalLm lm(surprised_by_hash());
  // Single bytes, each a token: '#' is surprising, '1' is not.
  const std::vector<std::string> texts{"1#11", "1##1", "1111", ""};
  const auto alone = PerplexityRanker(&lm, RankCondition::kNone).rank("", views_of(texts)).value();
  EXPECT_EQ(order_of(alone), (Order{1, 0, 2, 3}));
  EXPECT_DOUBLE_EQ(alone[0].key, 3);  // (4 + 4 + 1) / 3: the first token has no likelihood
  EXPECT_TRUE(std::isnan(alone[3].key));
  const auto before = PerplexityRanker(&lm, RankCondition::kBefore, "").rank("##", views_of(texts)).value();
  EXPECT_EQ(order_of(before), (Order{2, 0, 1, 3}));
  EXPECT_DOUBLE_EQ(before[1].key, 7.0 / 4);  // all of the document and nothing of the question
  const auto after = PerplexityRanker(&lm, RankCondition::kAfter, "").rank("1#", views_of(texts)).value();
  EXPECT_EQ(order_of(after), (Order{0, 1, 2, 3}));
  EXPECT_DOUBLE_EQ(after[0].key, 2.5);
  EXPECT_TRUE(std::isnan(after[3].key));
}

TEST(PerplexityRankerTest, WithABosTheFirstTokenCounts) {
  FakeCausalOptions options = surprised_by_hash();
  options.has_bos = true;
  const FakeCausalLm lm(options);
  const auto ranked =
      PerplexityRanker(&lm, RankCondition::kNone).rank("", std::vector<std::string_view>{"#1", "#"}).value();
  EXPECT_EQ(ranked[0], (RankedContext{1, 4}));
  EXPECT_EQ(ranked[1], (RankedContext{0, 2.5}));
}

TEST(PerplexityRankerTest, NoTokenCrossesTheSeam) {
  FakeCausalOptions options;
  std::vector<TokenId> read;
  options.nll = [&](std::span<const TokenId> text, std::size_t) {
    if (text.size() > read.size()) read.assign(text.begin(), text.end());
    return 1.0F;
  };
  const FakeCausalLm lm(options);
  const FakeCausalTokenizer tokenizer;
  Encoding want;
  for (const std::string_view part :
       {"ab", "\n", "cd We can get the answer to this question in the given documents."}) {
    tokenizer.encode(part, &want);
  }
  ASSERT_TRUE(PerplexityRanker(&lm, RankCondition::kAfter).rank("cd", std::vector<std::string_view>{"ab"}));
  EXPECT_EQ(read, want.ids);
}

TEST(PerplexityRankerTest, ALongDocumentKeepsItsHeadAndTheQuestionStaysWhole) {
  for (const bool has_bos : {false, true}) {
    FakeCausalOptions options = surprised_by_hash(16);
    options.has_bos = has_bos;
    std::vector<std::vector<TokenId>> read;
    options.nll = [&](std::span<const TokenId> text, std::size_t i) {
      if (i + 1 == text.size()) read.emplace_back(text.begin(), text.end());
      return text[i] == '#' ? 4.0F : 1.0F;
    };
    const FakeCausalLm lm(options);
    const std::string text = "123456" + std::string(1000, '7');
    const auto ranked =
        PerplexityRanker(&lm, RankCondition::kAfter, "").rank("1#", std::vector<std::string_view>{text}).value();
    EXPECT_DOUBLE_EQ(ranked[0].key, 2.5);
    const std::vector<TokenId>& last = read.back();
    EXPECT_EQ(last.size(), 16U);
    EXPECT_EQ((std::vector<TokenId>(last.end() - 3, last.end())), (std::vector<TokenId>{'\n', '1', '#'}));
    EXPECT_EQ(last[has_bos ? 1 : 0], '1');
  }
  // A question that fills the window leaves room for some of the document.
  const FakeCausalLm lm(surprised_by_hash(16));
  const std::string question(100, '1');
  for (const RankCondition condition : {RankCondition::kAfter, RankCondition::kBefore}) {
    const auto ranked =
        PerplexityRanker(&lm, condition).rank(question, std::vector<std::string_view>{"1", "#"}).value();
    for (const RankedContext& r : ranked) EXPECT_FALSE(std::isnan(r.key));
  }
}

TEST(PerplexityRankerTest, PassesCancellationOn) {
  const FakeCausalLm lm;
  const auto ranked =
      PerplexityRanker(&lm, RankCondition::kAfter)
          .rank("q", std::vector<std::string_view>{"a", "b"}, [](std::size_t, std::size_t) { return false; });
  ASSERT_FALSE(ranked);
  EXPECT_EQ(ranked.error().code, ErrorCode::kCancelled);
}

TEST(PerplexityRankerTest, NoNumbersRankLast) {
  FakeCausalOptions options;
  options.nll = [](std::span<const TokenId> text, std::size_t i) {
    return text[i] == '!' ? std::numeric_limits<float>::quiet_NaN() : 1.0F;
  };
  const FakeCausalLm lm(options);
  const std::vector<std::string_view> texts{"1!1", "", "111", "1!"};
  EXPECT_EQ(order_of(PerplexityRanker(&lm, RankCondition::kBefore).rank("1", texts).value()), (Order{2, 0, 1, 3}));
}

TEST(RankersTest, GiveEveryContextOnceAlwaysInTheSameOrderAndKeepEqualOnesInTheirs) {
  const FakeCausalLm lm;
  const FakeEmbedder embedder;
  std::mt19937 random(7);
  const std::string_view words[] = {"pole", "ice", " ", "\n", "1911", "é", "\xFF", "The ", "fish ", "who"};
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> texts(random() % 20);
    for (std::string& text : texts) {
      for (std::size_t n = random() % 8; n > 0; --n) text += words[random() % std::size(words)];
    }
    if (texts.size() > 2) texts.back() = texts.front();
    const std::string question = "who pole " + std::string(words[random() % std::size(words)]);
    for (const std::string_view name : rank_methods()) {
      for (const RankCondition condition : {RankCondition::kNone, RankCondition::kBefore, RankCondition::kAfter}) {
        if (ranker_needs(name).value() == RankerNeeds::kEndpoint) continue;
        const auto ranker = make_ranker(
            name, {.causal = &lm, .embedder = &embedder, .condition = condition, .reference = round % 2 == 0});
        ASSERT_TRUE(ranker);
        const auto ranked = (*ranker)->rank(question, views_of(texts)).value();
        const auto again = (*ranker)->rank(question, views_of(texts)).value();
        const Order order = order_of(ranked);
        EXPECT_EQ(order, order_of(again));
        Order sorted = order;
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t c = 0; c < sorted.size(); ++c) ASSERT_EQ(sorted[c], c) << name;
        ASSERT_EQ(sorted.size(), texts.size());
        if (texts.size() <= 2) continue;
        const auto place = [&](std::size_t c) { return std::find(order.begin(), order.end(), c) - order.begin(); };
        EXPECT_LT(place(0), place(texts.size() - 1)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace pith
