#include "compress/llmlingua2.h"

#include <gtest/gtest.h>

#include <random>

#include "support/fake_classifier.h"
#include "support/fake_counter.h"
#include "support/laws.h"
#include "support/random_prose.h"

namespace pith {
namespace {

using testing::broken_law;
using testing::is_nested;

class Llmlingua2Test : public ::testing::Test {
 protected:
  CompressResult compress(const CompressRequest& request) {
    auto result = compress_llmlingua2(request, classifier_, counter_, windows_);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : CompressResult{};
  }

  FakeClassifier classifier_;
  FakeCounter counter_;
  WindowOptions windows_;
};

std::string random_text(std::mt19937& random, std::size_t n_pieces) {
  static const std::vector<std::string> pieces = {"meeting ",
                                                  "the ",
                                                  "budget",
                                                  "3.14 ",
                                                  "$5,000 ",
                                                  ".",
                                                  ", ",
                                                  "!",
                                                  "\n",
                                                  "\r\n",
                                                  "\n\n",
                                                  "  ",
                                                  "(",
                                                  ")",
                                                  "\"",
                                                  "- ",
                                                  "# ",
                                                  "\xFF",
                                                  "\xE6",
                                                  "\t",
                                                  "na\u00EFve ",
                                                  "\u6211\u559C\u6B22",
                                                  "\u0E2A\u0E27\u0E31",
                                                  "\U0001F469\u200D\U0001F467 ",
                                                  "e\u0301 ",
                                                  "x=1;",
                                                  "http://a.b/c?d ",
                                                  "don't ",
                                                  "A-B ",
                                                  std::string(1, '\0')};
  std::string text;
  for (std::size_t i = 0; i < n_pieces; ++i) text += pieces[random() % pieces.size()];
  return text;
}

TEST_F(Llmlingua2Test, RateOneIsTheInputByteForByte) {
  CompressRequest request;
  request.context = {" \n one\ttwo \xFF\xC3\r\n\r\nthree. \n"};
  request.rate = 1.0;
  EXPECT_EQ(compress(request).compressed_prompt, request.context[0]);
  request.return_word_scores = true;  // takes the way through the model
  EXPECT_EQ(compress(request).compressed_prompt, request.context[0]);
}

TEST_F(Llmlingua2Test, ReferencesAndCompanionsKeepTheBudgetAndTheNesting) {
  std::mt19937 random(41);
  constexpr std::string_view kWords[] = {"Ada", "Lovelace", "she", "it",      "the", "company", "Acme Corp", "not",
                                         "who", "at least", "5",   "between", "and", "built",   "never",     "house"};
  for (int round = 0; round < 30; ++round) {
    CompressRequest request;
    request.context = {testing::random_prose(kWords, 60, random), testing::random_prose(kWords, 20, random)};
    request.keep_references = true;
    request.return_word_scores = true;
    std::vector<CompressResult> results;
    for (const double rate : {0.2, 0.33, 0.5, 0.75}) {
      request.rate = rate;
      results.push_back(compress(request));
      ASSERT_EQ(broken_law(request, results.back(), counter_), "");
    }
    for (std::size_t r = 1; r < results.size(); ++r) {
      ASSERT_TRUE(is_nested(results[r - 1].spans, results[r].word_scores)) << "round " << round;
    }
  }
}

TEST_F(Llmlingua2Test, PatternsAndSpansAreKeptWholeAtAnyRate) {
  CompressRequest request;
  request.context = {"Please look into the matter of ticket ABC-12, opened by Ada Lovelace (London) in the spring.",
                     "And then some more words to choose from, as there always are in a text such as this one."};
  request.force_patterns = {R"([A-Z]+-\d+)", "Ada.*London"};
  request.force_spans = {{}, {{13, 17}}};
  request.rate = 0.4;
  const CompressResult result = compress(request);
  EXPECT_EQ(broken_law(request, result, counter_), "");
  for (const char* kept : {"ABC-12", "Ada Lovelace (London"}) {
    EXPECT_NE(result.compressed_prompt_list[0].find(kept), std::string::npos) << result.compressed_prompt_list[0];
  }
  EXPECT_NE(result.compressed_prompt_list[1].find("more"), std::string::npos);
  request.force_patterns = {"."};
  const auto refused = compress_llmlingua2(request, classifier_, counter_, windows_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetTooSmall);
}

TEST_F(Llmlingua2Test, AnEmptyTextIsAnEmptyResult) {
  CompressRequest request;
  request.context = {""};
  const CompressResult result = compress(request);
  EXPECT_EQ(result.compressed_prompt, "");
  EXPECT_EQ(result.origin_tokens, 0);
  EXPECT_EQ(result.compressed_tokens, 0);
}

TEST_F(Llmlingua2Test, OneWordStaysOnlyWhereItFits) {
  CompressRequest request;
  request.context = {"word"};
  request.target_token = 1;
  EXPECT_EQ(compress(request).compressed_prompt, "word");
  request.target_token = {};
  request.rate = 0.5;
  EXPECT_EQ(compress(request).compressed_prompt, "");
}

TEST_F(Llmlingua2Test, KeepsTheLawsForAnyTextRateAndConstraint) {
  std::mt19937 random(3);
  for (int i = 0; i < 600; ++i) {
    CompressRequest request;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) request.context.push_back(random_text(random, random() % 120));
    request.return_word_scores = true;
    request.drop_consecutive = random() % 2 == 0;
    // Nested for words alone: of pieces, one that does not fit is passed over for smaller ones.
    const bool is_plain = i % 2 == 0;
    request.format = is_plain ? "text" : "auto";
    std::vector<CompressResult> results;
    for (const double rate : {0.1, 0.33, 0.34, 0.5, 0.9, 1.0}) {
      request.rate = rate;
      results.push_back(compress(request));
      ASSERT_EQ(broken_law(request, results.back(), counter_), "") << "text " << i << " at rate " << rate;
    }
    for (std::size_t r = 1; is_plain && r < results.size(); ++r) {
      ASSERT_TRUE(is_nested(results[r - 1].spans, results[r].word_scores)) << "text " << i << ", rate number " << r;
    }
  }
}

/// The budget is spent: what is missing to it is less than a word costs, with a line break or blank line in front of
/// it.
TEST_F(Llmlingua2Test, UsesTheBudgetUpToOneWord) {
  std::mt19937 random(4);
  for (int i = 0; i < 200; ++i) {
    CompressRequest request;
    request.context = {random_text(random, 300)};
    request.format = "text";
    request.return_word_scores = true;
    const CompressResult half = compress(request);
    const std::int64_t origin = half.origin_tokens;
    std::int64_t dearest = 0;
    for (const WordScore& word : half.word_scores[0]) {
      dearest = std::max(dearest, static_cast<std::int64_t>(counter_.count(word.span.of(request.context[0]))));
    }
    for (std::int64_t budget = 1; budget < origin; budget += 1 + origin / 9) {
      request.target_token = budget;
      const CompressResult result = compress(request);
      ASSERT_LE(result.compressed_tokens, budget);
      ASSERT_GE(result.compressed_tokens, budget - dearest - 1);
    }
  }
}

TEST_F(Llmlingua2Test, ForcedWordsSurviveAnyRate) {
  CompressRequest request;
  request.context = {"alpha beta gamma 42 delta epsilon. zeta eta theta 7 iota kappa? lambda mu"};
  request.force_tokens = {"?", "delta epsilon"};
  request.force_reserve_digit = true;
  request.target_token = 9;
  EXPECT_EQ(compress(request).compressed_prompt.find("42 delta epsilon"), 0U) << compress(request).compressed_prompt;
  request.target_token = 3;
  const auto refused = compress_llmlingua2(request, classifier_, counter_, windows_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetTooSmall);
}

TEST_F(Llmlingua2Test, SpendsTheBudgetWhereTheScoresAre) {
  // Digits score high: the document full of them keeps more than its share. A per-document threshold would not do that.
  FakeClassifier digits({.score = [&](std::span<const TokenId> ids, std::size_t i) {
    const std::string_view piece = classifier_.tokenizer().piece(ids[i]);
    return piece.find_first_of("0123456789") != std::string_view::npos ? 0.9F : 0.1F;
  }});
  CompressRequest request;
  request.context = {"aa bb cc dd ee ff gg hh", "11 22 33 44 55 66 77 88"};
  request.rate = 0.5;
  const auto result = compress_llmlingua2(request, digits, counter_, windows_);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->compressed_prompt, "11 22 33 44 55 66 77 88");
}

TEST_F(Llmlingua2Test, ResultsDoNotDependOnWhatElseIsAsked) {
  std::mt19937 random(8);
  CompressRequest request;
  request.context = {random_text(random, 900), random_text(random, 30)};
  request.rate = 0.4;
  const std::string plain = compress(request).compressed_prompt;
  request.return_word_label = true;
  request.return_word_scores = true;
  EXPECT_EQ(compress(request).compressed_prompt, plain);
}

TEST_F(Llmlingua2Test, LabelsNameEveryWordOnce) {
  CompressRequest request;
  request.context = {"one two"};
  request.target_token = 1;
  request.return_word_label = true;
  request.word_sep = "|";
  request.label_sep = "=";
  const CompressResult result = compress(request);
  const bool kept_one = result.compressed_prompt == "one";
  EXPECT_EQ(result.fn_labeled_original_prompt, kept_one ? "one=1|two=0" : "one=0|two=1");
}

TEST_F(Llmlingua2Test, ContextFilterKeepsTheBestAndTheForcedDocuments) {
  FakeClassifier digits({.score = [&](std::span<const TokenId> ids, std::size_t i) {
    const std::string_view piece = classifier_.tokenizer().piece(ids[i]);
    return piece.find_first_of("0123456789") != std::string_view::npos ? 0.9F : 0.1F;
  }});
  CompressRequest request;
  request.context = {"aa bb cc", "11 22 33", "dd ee ff", "1 gg hh"};
  request.rate = 1.0;
  request.target_context = 2;
  auto result = compress_llmlingua2(request, digits, counter_, windows_);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kept_context_ids, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(result->compressed_prompt, "11 22 33\n\n1 gg hh");
  request.force_context_ids = {0};
  result = compress_llmlingua2(request, digits, counter_, windows_);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kept_context_ids, (std::vector<std::size_t>{0, 1}));
  request.target_context = -1;
  request.context_level_target_token = 6;
  request.rate = 0.25;
  result = compress_llmlingua2(request, digits, counter_, windows_);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kept_context_ids, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(result->compressed_tokens, 3);
}

TEST_F(Llmlingua2Test, ProgressReachesTheEndAndCancels) {
  std::mt19937 random(1);
  CompressRequest request;
  request.context = {random_text(random, 2000)};
  std::size_t done = 0, all = 1;
  ASSERT_TRUE(compress_llmlingua2(request, classifier_, counter_, windows_, [&](std::size_t d, std::size_t a) {
    done = d;
    all = a;
    return true;
  }));
  EXPECT_EQ(done, all);
  const auto cancelled =
      compress_llmlingua2(request, classifier_, counter_, windows_, [](std::size_t, std::size_t) { return false; });
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
}

TEST_F(Llmlingua2Test, RefusesWindowsTheModelCannotRead) {
  windows_ = {.n_tokens = 1000, .n_overlap_tokens = 32};
  CompressRequest request;
  request.context = {"a b c"};
  const auto refused = compress_llmlingua2(request, classifier_, counter_, windows_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace pith
