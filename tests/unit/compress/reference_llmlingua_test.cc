// Recorded calls of llmlingua 0.2.2 with a causal model, replayed with the likelihoods it recorded (no network): texts
// and counts must be identical. tests/golden/llmlingua_golden_test.cc does so with all cases and a real model.
#include "compress/reference_llmlingua.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/fake_causal_lm.h"
#include "support/fake_counter.h"
#include "support/golden_causal.h"
#include "support/print_error.h"
#include "support/recorded_sentences.h"
#include "support/recorded_tokenizer.h"
#include "support/zst_file.h"

namespace pith {
namespace {

constexpr double kRoundingTolerance = 2e-5;  // of the recorded values

std::string data(const std::string& name) { return PITH_SOURCE_DIR "/tests/data/reference_llmlingua/" + name; }

const std::vector<golden::CausalCase>& recorded_cases() {
  static const auto kCases =
      golden::parse_causal_cases(read_zst(data("cases.jsonl.zst")), read_zst(data("trace.jsonl.zst")), data(""));
  return kCases;
}

const Tokenizer& recorded_tokenizer() {
  static const golden::RecordedTokenizer kTokenizer(read_zst(data("tokens.jsonl.zst")));
  return kTokenizer;
}

Result<CompressResult> replay(const golden::CausalCase& c, const CausalLm& lm, golden::ThresholdCheck* check) {
  static const golden::RecordedSentences kSentences(data("sentences.jsonl"));
  const auto counter = load_token_counter("cl100k_base");
  if (!counter) return tl::unexpected(counter.error());
  ReferenceLlmlinguaOptions options = c.options;
  options.observe = [&](const ReferenceThreshold& threshold) { (*check)(threshold); };
  return compress_llmlingua_reference(c.request, lm, **counter, kSentences, {}, options);
}

TEST(ReferenceLlmlinguaTest, GivesTheLibrarysTextsAndCounts) {
  std::size_t n_compared = 0;
  for (const golden::CausalCase& c : recorded_cases()) {
    if (c.is_error()) continue;
    SCOPED_TRACE(c.id);
    ++n_compared;
    const golden::PlaybackCausalLm lm(recorded_tokenizer(), c.trace);
    golden::ThresholdCheck check(c.trace, kRoundingTolerance);
    const auto result = replay(c, lm, &check);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(golden::causal_differences(c, *result), "");
    EXPECT_EQ(check.first, "");
    EXPECT_TRUE(lm.is_used_up()) << "the library read more";
    EXPECT_EQ(result->tokenizer, "cl100k_base");
  }
  EXPECT_GE(n_compared, 45U);
}

TEST(ReferenceLlmlinguaTest, RefusesWhatTheLibraryRaisesAt) {
  std::size_t n_refused = 0;
  for (const golden::CausalCase& c : recorded_cases()) {
    if (!c.is_error()) continue;
    SCOPED_TRACE(c.id);
    ++n_refused;
    if (!c.unreadable.empty()) continue;  // no request at all
    const golden::PlaybackCausalLm lm(recorded_tokenizer(), c.trace);
    golden::ThresholdCheck check(c.trace, kRoundingTolerance);
    const auto result = replay(c, lm, &check);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().code, ErrorCode::kInternal) << result.error().message;
    EXPECT_NE(result.error().message, "");
  }
  EXPECT_GE(n_refused, 10U);
}

std::vector<ByteSpan> sentences_at_periods(std::string_view text) {
  std::vector<ByteSpan> spans;
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    if (text[i] != '.') continue;
    spans.push_back({begin, i + 1});
    begin = i + 1;
  }
  return spans;
}

/// A text or an error; never a crash, whatever the fields hold.
TEST(ReferenceLlmlinguaTest, SurvivesAnyRequest) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::vector<std::string> words{"the ",
                                       "pole. ",
                                       "\n\n",
                                       " a",
                                       "\xE2\x82",
                                       "\xF0\x9F\x8C\x8D",
                                       "<s> ",
                                       "Was it 7? ",
                                       "x",
                                       "<llmlingua>",
                                       "",
                                       "b. c. d. ",
                                       "</llmlingua>",
                                       "<llmlingua, compress=False>",
                                       "quite long words here "};
  const auto text = [&](std::size_t n) {
    std::string made;
    for (std::size_t i = below(n + 1); i > 0; --i) made += words[below(words.size())];
    return made;
  };
  const std::vector<std::string> methods{"", "llmlingua", "longllmlingua", "bm25", "gzip", "nope"};
  const std::vector<std::string> conditions{"none", "after", "before", "after_condition", "none_condition", "x"};
  const std::vector<std::string> orders{"original", "sort", "two_stage"};
  const FakeCausalLm lm({.max_context_tokens = 96});
  const FakeCausalLm lm_with_bos({.max_context_tokens = 512, .has_bos = true});
  const FakeCounter counter;
  std::size_t n_texts = 0;
  for (int round = 0; round < 1500; ++round) {
    SCOPED_TRACE(round);
    CompressRequest request;
    request.method = "llmlingua";
    for (std::size_t i = below(5); i > 0; --i) request.context.push_back(text(60));
    if (below(2) == 0) request.question = text(8);
    if (below(3) == 0) request.instruction = text(4);
    if (below(2) == 0) request.rate = static_cast<double>(below(12)) / 10;
    if (below(3) == 0) request.target_token = static_cast<std::int64_t>(below(60)) - 2;
    request.rank_method = methods[below(methods.size())];
    request.condition_in_question = conditions[below(conditions.size())];
    request.condition_compare = below(3) == 0;
    request.reorder_context = orders[below(orders.size())];
    request.iterative_size = static_cast<std::int64_t>(below(40));
    request.use_sentence_level_filter = below(3) == 0;
    request.use_token_level_filter = below(5) != 0;
    request.keep_first_sentence = static_cast<std::int64_t>(below(4)) - 1;
    request.keep_last_sentence = static_cast<std::int64_t>(below(4)) - 1;
    request.keep_sentence_number = static_cast<std::int64_t>(below(4)) - 1;
    request.dynamic_context_compression_ratio = static_cast<double>(below(10)) / 10;
    request.keep_split = below(3) == 0;
    request.add_instruction = below(3) == 0;
    request.structured = below(4) == 0;
    if (below(4) == 0) request.force_context_ids = {0, static_cast<std::int64_t>(below(8)) - 4};
    const auto result = compress_llmlingua_reference(request, below(2) == 0 ? lm : lm_with_bos, counter,
                                                     sentences_at_periods, {}, {.split_token = '\n'});
    if (result) {
      ++n_texts;
    } else {
      EXPECT_NE(result.error().code, ErrorCode::kInternal) << result.error().message;
    }
  }
  EXPECT_GT(n_texts, 500U);
}

TEST(ReferenceLlmlinguaTest, StopsWhenToldTo) {
  const FakeCausalLm lm;
  CompressRequest request;
  request.context = {std::string(3000, 'a')};
  std::size_t last = 0;
  int n_calls = 0;
  const auto result = compress_llmlingua_reference(request, lm, FakeCounter(), sentences_at_periods,
                                                   [&](std::size_t n_done, std::size_t n_total) {
                                                     EXPECT_GE(n_done, last);
                                                     EXPECT_GE(n_total, n_done);
                                                     last = n_done;
                                                     return ++n_calls < 3;
                                                   });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace pith
