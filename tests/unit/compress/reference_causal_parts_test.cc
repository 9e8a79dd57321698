// The stages of the library's compress_prompt around its token filter, each by itself.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "compress/context_budget.h"
#include "compress/rankers/gzip_ranker.h"
#include "compress/reference_condition.h"
#include "compress/reference_context_budget.h"
#include "compress/reference_python.h"
#include "compress/reference_ranking.h"
#include "support/fake_causal_lm.h"
#include "support/print_error.h"

namespace pith {
namespace {

using Indices = std::vector<std::size_t>;

TEST(ReferenceContextBudgetTest, EvaluatesArithmeticSuffixes) {
  struct Case {
    std::string suffix;
    double result;
  };
  for (const Case& c : std::vector<Case>{{"", 50},
                                         {"+100", 150},
                                         {"-60", -10},
                                         {"*1.5", 75},
                                         {" / 4 ", 12.5},
                                         {"+10*3", 80},
                                         {"*2+10*3-4/8", 129.5},
                                         {"+.5", 50.5},
                                         {"+1e2", 150}}) {
    EXPECT_EQ(apply_context_budget(50, c.suffix).value(), c.result) << c.suffix;
  }
  for (const std::string suffix :
       {"abc", "+", "100", "+1+", "**2", "//2", "+-1", "%3", "+inf", "+nan", "/0", "+1;2", "*(2)", "+0x10", "*1e999"}) {
    const auto result = apply_context_budget(50, suffix);
    ASSERT_FALSE(result) << suffix;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  }
}

ReferenceContextChoice choose(ReferenceContextBudget budget, const Indices& ranked, const Indices& n_tokens) {
  return choose_reference_contexts(ranked, n_tokens, budget).value();
}

TEST(ReferenceContextBudgetTest, TakesTheContextThatOvershoots) {
  const Indices n_tokens(5, 10);
  EXPECT_EQ(choose({.target = 25, .reorder = "sort"}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{3, 1, 4}));
  EXPECT_EQ(choose({.target = 20, .reorder = "sort"}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{3, 1, 4}));
  EXPECT_EQ(choose({.target = -1, .reorder = "sort"}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{3}));
  EXPECT_EQ(choose({.target = 99, .reorder = "sort"}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{3, 1, 4, 0, 2}));
  EXPECT_EQ(choose({.target = 99, .force_context_number = 0}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{3}));
  EXPECT_EQ(choose({.target = 99, .force_context_number = 1}, {3, 1, 4, 0, 2}, n_tokens).used.size(), 5U);
}

TEST(ReferenceContextBudgetTest, PutsForcedContextsInFront) {
  const Indices n_tokens(5, 10);
  EXPECT_EQ(
      choose({.target = 5, .forced = {2, 9}, .preserved = {0}, .reorder = "sort"}, {3, 1, 4, 0, 2}, n_tokens).used,
      (Indices{2, 0, 3}));
  EXPECT_EQ(choose({.target = 5, .forced = {-1}}, {3, 1, 4, 0, 2}, n_tokens).used, (Indices{4, 3}));
  EXPECT_FALSE(choose_reference_contexts(Indices{0}, Indices{1}, {.target = 5, .forced = {-2}}));
}

TEST(ReferenceContextBudgetTest, ReordersWithDynamicRatios) {
  const Indices n_tokens(5, 1);
  const auto with = [&](std::string_view reorder) {
    return choose({.target = 99, .reorder = reorder, .dynamic_ratio = 0.4}, {3, 1, 4, 0, 2}, n_tokens);
  };
  const double step = 0.4 / 4;
  EXPECT_EQ(with("sort").used, (Indices{3, 1, 4, 0, 2}));
  EXPECT_EQ(with("sort").dynamic_ratios, (std::vector<double>{4 * step, 2 * step, 0, -2 * step, -4 * step}));
  EXPECT_EQ(with("two_stage").used, (Indices{3, 4, 2, 0, 1}));
  EXPECT_EQ(with("two_stage").dynamic_ratios, (std::vector<double>{4 * step, 0, -4 * step, -2 * step, 2 * step}));
  EXPECT_EQ(with("original").used, (Indices{0, 1, 2, 3, 4}));
  EXPECT_EQ(with("original").dynamic_ratios, (std::vector<double>{-2 * step, 2 * step, -4 * step, 4 * step, 0}));
}

TEST(ReferenceConditionTest, NormalisesAsTheLibraryDoes) {
  struct Case {
    std::string given;
    bool compare;
    std::string method;
    QuestionPlace place;
    bool has_prefix;
  };
  for (const Case& c : std::vector<Case>{
           {"none", false, "llmlingua", QuestionPlace::kNone, false},
           {"none", true, "llmlingua", QuestionPlace::kNone, true},
           {"after", false, "llmlingua", QuestionPlace::kNone, false},
           {"after_condition", false, "llmlingua", QuestionPlace::kNone, true},
           {"none", false, "longllmlingua", QuestionPlace::kAfter, false},
           {"none", true, "longllmlingua", QuestionPlace::kNone, true},
           {"none_condition", false, "longllmlingua", QuestionPlace::kNone, true},
           {"after_condition", true, "longllmlingua", QuestionPlace::kAfter, true},
           {"before_condition", false, "longllmlingua", QuestionPlace::kBefore, true},
           {"before", false, "bm25", QuestionPlace::kBefore, false},
           {"none", true, "bm25", QuestionPlace::kNone, true},
       }) {
    const auto condition = read_reference_condition(c.given, c.compare, c.method);
    ASSERT_TRUE(condition);
    EXPECT_EQ(condition->place, c.place) << c.given << " " << c.method;
    EXPECT_EQ(condition->has_prefix, c.has_prefix) << c.given << " " << c.method;
  }
  EXPECT_FALSE(read_reference_condition("behind", false, "llmlingua"));
}

TEST(ReferenceConditionTest, FindsTheLengthOfThePrefix) {
  const FakeCausalLm lm;
  const ReferenceModelText text(lm);
  const auto prefix = make_reference_prefix("who was it", "the first context", 10, 4096, text);
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->text, "who was it");
  EXPECT_EQ(prefix->n_ids, text.n_ids("who was it\n\n"));
  EXPECT_FALSE(make_reference_prefix("", "", 10, 4096, text).value().n_ids == 0);
}

TEST(ReferenceConditionTest, CutsALongPrefixInItsMiddle) {
  const FakeCausalLm lm;
  const ReferenceModelText text(lm);
  const std::string digits(1000, '7');  // an id each
  const auto prefix = make_reference_prefix(digits, "the first context", 50, 500, text);
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->text.size(), 500U - 2 - 2 * 50);
}

TEST(ReferenceRankingTest, OrdersNanAsPythonDoes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // A recorded ranking of the library (descending).
  const std::vector<double> scores{nan, 3.369268, 4.041422, 6.518454, 1.902532, 2.924468, 4.236895, nan};
  EXPECT_EQ(order_of_reference_scores(scores, QuestionPlace::kNone), (Indices{0, 3, 6, 2, 1, 5, 4, 7}));
  const std::vector<double> ties{2, 1, 2, 1};
  EXPECT_EQ(order_of_reference_scores(ties, QuestionPlace::kNone), (Indices{0, 2, 1, 3}));
  EXPECT_EQ(order_of_reference_scores(ties, QuestionPlace::kAfter), (Indices{1, 3, 0, 2}));
  std::vector<double> many(500, 1.0);
  many[100] = nan;
  EXPECT_EQ(order_of_reference_scores(many, QuestionPlace::kAfter).size(), 500U);
}

TEST(ReferenceRankingTest, MeasuresGzipDistancesAsPythonDoes) {
  std::string repeated;
  for (int i = 0; i < 9; ++i)
    repeated +=
        "n\xC3\xA9"
        "e \xC3\xA0 Orl\xC3\xA9"
        "ans ";
  const std::vector<std::string_view> texts{"Amundsen reached the South Pole first, in 1911.", "Penguins eat fish.", "",
                                            repeated};
  const auto distances = gzip_distances("Who reached the South Pole first?", texts);
  ASSERT_TRUE(distances);
  EXPECT_EQ(*distances,
            (std::vector<double>{0.31343283582089554, 0.6226415094339622, 0.6415094339622641, 0.6415094339622641}));
}

TEST(ReferenceRankingTest, ScoresByTheMeanOfWhatIsAsked) {
  const FakeCausalLm lm(
      {.max_context_tokens = 64, .nll = [](std::span<const TokenId>, std::size_t i) { return static_cast<float>(i); }});
  ReferenceProgress progress({});
  const std::vector<std::string> texts{"12345", "7"};
  const auto scores = [&](QuestionPlace place, std::size_t n_positions) {
    return reference_text_scores(texts, "890", place, n_positions, lm, &progress).value();
  };
  // Value j is the likelihood of token j + 1, which is j + 1 here.
  EXPECT_EQ(scores(QuestionPlace::kNone, 64)[0], 2.5F);
  EXPECT_TRUE(std::isnan(scores(QuestionPlace::kNone, 64)[1]));
  EXPECT_EQ(scores(QuestionPlace::kAfter, 64), (std::vector<float>{6, 2}));
  EXPECT_EQ(scores(QuestionPlace::kBefore, 64), (std::vector<float>{5, 3}));
  EXPECT_EQ(scores(QuestionPlace::kNone, 3)[0], 1.5F);
  EXPECT_TRUE(std::isnan(scores(QuestionPlace::kAfter, 4)[0]));
  const std::vector<std::string> empty{""};
  EXPECT_FALSE(reference_text_scores(empty, "", QuestionPlace::kNone, 64, lm, &progress));
}

TEST(ReferenceRankingTest, LeavesOtherMethodsToTheirRanker) {
  class Reversed final : public ContextRanker {
   public:
    Result<std::vector<RankedContext>> rank(std::string_view, std::span<const std::string_view> contexts,
                                            const ProgressCallback&) const override {
      std::vector<RankedContext> ranked;
      for (std::size_t i = contexts.size(); i-- > 0;) ranked.push_back({.context = i});
      return ranked;
    }
  };
  const FakeCausalLm lm;
  ReferenceProgress progress({});
  const std::vector<std::string> texts{"one", "two", "three"};
  const Reversed ranker;
  const auto order = [&](const std::string& method, const ContextRanker* with) {
    return rank_reference_texts(texts, {.method = method, .question = "two", .max_positions = 64, .ranker = with}, lm,
                                &progress);
  };
  EXPECT_EQ(order("bge", &ranker).value(), (Indices{2, 1, 0}));
  EXPECT_EQ(order("bge", nullptr).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(order("bm25", &ranker).value(), (Indices{1, 0, 2}));
}

TEST(ReferencePythonTest, CutsSlicesAndStripsAsPythonDoes) {
  EXPECT_EQ(python_slice_bound(3, 5), 3U);
  EXPECT_EQ(python_slice_bound(9, 5), 5U);
  EXPECT_EQ(python_slice_bound(-2, 5), 3U);
  EXPECT_EQ(python_slice_bound(-9, 5), 0U);
  EXPECT_EQ(python_strip(" \x1C\xC2\x85 a b\xE3\x80\x80\n"), "a b");
  EXPECT_EQ(python_strip(" \n"), "");
  EXPECT_EQ(decode_utf8_with_replacement("a\xE2\x82z\xFF"), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(n_code_points("a\xC3\xA9\xE2\x82"), 3U);
  EXPECT_EQ(first_code_points("a\xC3\xA9z", 2), "a\xC3\xA9");
  EXPECT_EQ(first_code_points("az", 9), "az");
}

}  // namespace
}  // namespace pith
