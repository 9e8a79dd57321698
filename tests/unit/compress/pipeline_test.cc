#include "compress/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compress/baselines/baselines.h"
#include "compress/methods.h"
#include "compress/perplexity_scorer.h"
#include "compress/rankers/make_ranker.h"
#include "compress/selective_scorer.h"
#include "compress/validate.h"
#include "support/fake_causal_lm.h"
#include "tokenize/token_counter.h"

namespace pith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TokenCounter& counter() {
  static const auto counter = load_token_counter("o200k_base").value();
  return *counter;
}

/// Sentences of pseudo-random words, a paragraph now and then; plain text.
std::string prose(std::size_t n_words, unsigned seed) {
  const std::vector<std::string_view> words{"river", "bank",  "the",   "of",    "quick",  "seven",  "market", "not",
                                            "left",  "paid",  "Dr",    "Wu",    "a",      "system", "error",  "42",
                                            "blue",  "under", "where", "noted", "Zürich", "naïve",  "was",    "in"};
  std::string text;
  unsigned x = seed;
  for (std::size_t i = 0; i < n_words; ++i) {
    x = x * 1664525U + 1013904223U;
    text += words[(x >> 16) % words.size()];
    text += (x >> 8) % 11 == 0 ? ". " : (x >> 8) % 97 == 1 ? ".\n\n" : " ";
  }
  return text;
}

/// What every method promises: the budget is kept and used, spans are what was copied.
void expect_laws(const CompressRequest& request, const CompressResult& result) {
  EXPECT_EQ(static_cast<std::int64_t>(counter().count(result.compressed_prompt)), result.compressed_tokens);
  EXPECT_EQ(framed_prompt(request, result.compressed_prompt_list), result.compressed_prompt);
  for (std::size_t i = 0; i < result.kept_context_ids.size(); ++i) {
    const std::size_t c = result.kept_context_ids[i];
    std::size_t n_copied = 0;
    std::uint32_t end = 0;
    for (const ByteSpan span : result.spans[c]) {
      ASSERT_LE(end, span.begin);
      ASSERT_LE(span.end, request.context[c].size());
      end = span.end;
      n_copied += span.n_bytes();
    }
    EXPECT_LE(n_copied, result.compressed_prompt_list[i].size());
  }
}

Result<CompressResult> run(const CompressRequest& request, const WordScorer& scorer,
                           const ContextRanker* ranker = nullptr) {
  const auto valid = validate(request);
  if (!valid) return tl::unexpected(valid.error());
  return compress_by_scores(request, {.scorer = scorer, .ranker = ranker}, counter());
}

TEST(PipelineTest, EveryMethodHitsItsBudgetFromFiftyToTwentyThousandTokens) {
  const auto lm = std::make_shared<FakeCausalLm>(FakeCausalOptions{.max_context_tokens = 700, .has_bos = true});
  const PerplexityScorer perplexity(lm);
  const SelectiveScorer selective(*lm);
  for (const MethodInfo& method : all_methods()) {
    if (method.scorer == Scorer::kTokenClassifier) continue;
    std::unique_ptr<WordScorer> baseline;
    if (method.scorer == Scorer::kBaseline) baseline = make_baseline(method.name).value();
    const WordScorer& scorer = baseline != nullptr ? *baseline
                               : method.is_framed  ? static_cast<const WordScorer&>(perplexity)
                                                   : selective;
    for (const std::size_t n_words : {45U, 700U, 17000U}) {
      CompressRequest request;
      request.method = std::string(method.name);
      request.question = "Who paid Dr Wu?";
      request.instruction = "Answer briefly.";
      request.context = {prose(n_words, 7)};
      for (const double rate : {0.5, 0.25}) {
        request.rate = rate;
        const auto result = run(request, scorer);
        ASSERT_TRUE(result) << method.name << ": " << result.error().message;
        const double budget = rate * static_cast<double>(result->origin_tokens);
        EXPECT_LE(static_cast<double>(result->compressed_tokens), budget) << method.name << " " << n_words;
        constexpr double kLongestWord = 5;  // tokens, with the mark behind it
        EXPECT_GE(static_cast<double>(result->compressed_tokens), budget - kLongestWord)
            << method.name << " " << n_words;
        expect_laws(request, *result);
      }
    }
  }
}

TEST(PipelineTest, InstructionAndQuestionAreInsideTheBudgetOrAnError) {
  const PerplexityScorer scorer(std::make_shared<FakeCausalLm>());
  CompressRequest request;
  request.method = "llmlingua";
  request.instruction = "Answer in one word.";
  request.question = "Who paid the market?";
  request.context = {prose(200, 3)};
  request.target_token = 60;
  const auto result = run(request, scorer);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->compressed_prompt.starts_with("Answer in one word.\n\n"));
  EXPECT_TRUE(result->compressed_prompt.ends_with("\n\nWho paid the market?"));
  EXPECT_LE(result->compressed_tokens, 60);
  request.concate_question = false;
  EXPECT_FALSE(run(request, scorer)->compressed_prompt.ends_with("Who paid the market?"));
  request.target_token = 3;
  const auto too_small = run(request, scorer);
  ASSERT_FALSE(too_small);
  EXPECT_EQ(too_small.error().code, ErrorCode::kBudgetTooSmall);
  EXPECT_THAT(too_small.error().message, HasSubstr("more than the budget of 3"));
}

TEST(PipelineTest, RankedContextsAreDroppedReorderedAndGivenTheirRates) {
  const auto ranker = make_ranker("bm25", {}).value();
  const auto scorer = make_baseline("head").value();
  CompressRequest request;
  request.method = "head";
  request.rank_method = "bm25";
  request.question = "Where is the walrus?";
  request.context = {prose(80, 1), prose(80, 2) + "The walrus is in the bay. The walrus swims.", prose(80, 3),
                     prose(80, 4) + "A walrus."};
  request.rate = 0.3;
  request.reorder_context = "sort";
  const auto result = run(request, *scorer, ranker.get());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->kept_context_ids, ElementsAre(1, 3)) << "twice the budget holds two of four";
  EXPECT_TRUE(result->spans[0].empty());
  expect_laws(request, *result);

  request.force_context_ids = {2};
  request.force_context_number = 2;
  request.reorder_context = "original";
  EXPECT_THAT(run(request, *scorer, ranker.get())->kept_context_ids, ElementsAre(1, 2));

  request.force_context_ids.clear();
  request.force_context_number.reset();
  request.method = "random";
  const auto random = make_baseline("random").value();
  const auto share = [&](double spread) {
    request.dynamic_context_compression_ratio = spread;
    const auto one = run(request, *random, ranker.get());
    return static_cast<double>(one->compressed_prompt_list[0].size()) /
           static_cast<double>(one->compressed_prompt.size());
  };
  EXPECT_GT(share(0.4), share(0) + 0.1);
}

TEST(PipelineTest, EverythingStaysWhereTheBudgetAllowsIt) {
  const PerplexityScorer scorer(std::make_shared<FakeCausalLm>());
  CompressRequest request;
  request.method = "llmlingua";
  request.context = {"One  text\r\n", "and another\xff."};
  request.question = "Which?";
  request.rate = 1.0;
  const auto result = run(request, scorer);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->compressed_prompt, "One  text\r\n\n\nand another\xff.\n\nWhich?");
}

}  // namespace
}  // namespace pith
