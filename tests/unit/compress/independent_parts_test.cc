#include "compress/independent_parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "compress/llmlingua2.h"
#include "compress/validate.h"
#include "support/fake_classifier.h"
#include "support/fake_counter.h"
#include "support/random_text.h"

namespace pith {
namespace {

using testing::Random;
using testing::random_below;

/// The pipeline with fakes, counting the parts it compresses.
class IndependentPartsTest : public ::testing::Test {
 protected:
  Result<CompressResult> try_compress(const CompressRequest& request, PartCache* cache = nullptr,
                                      const CompressProgress& progress = {}) {
    return compress_independent_parts(
        request, counter_, "model", cache,
        [this](const CompressRequest& one, const CompressProgress& one_progress) {
          ++n_compressed_;
          EXPECT_EQ(one.context.size(), 1U);
          EXPECT_FALSE(one.independent_contexts);
          return compress_llmlingua2(one, classifier_, counter_, windows_, one_progress);
        },
        progress);
  }

  CompressResult compress(const CompressRequest& request, PartCache* cache = nullptr) {
    auto result = try_compress(request, cache);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : CompressResult{};
  }

  CompressResult alone(const CompressRequest& request, std::size_t c) {
    CompressRequest one = request;
    one.context = {request.context[c]};
    one.independent_contexts = false;
    return compress_llmlingua2(one, classifier_, counter_, windows_).value();
  }

  FakeClassifier classifier_;
  FakeCounter counter_;
  WindowOptions windows_;
  std::atomic<int> n_compressed_{0};
};

CompressRequest request_for(std::vector<std::string> contexts, double rate = 0.5) {
  CompressRequest request;
  request.context = std::move(contexts);
  request.rate = rate;
  request.independent_contexts = true;
  return request;
}

TEST_F(IndependentPartsTest, EveryContextIsCompressedAsIfItWereAlone) {
  Random random(3);
  for (int round = 0; round < 60; ++round) {
    CompressRequest request = request_for({}, 0.1 + 0.1 * static_cast<double>(random_below(random, 9)));
    for (std::size_t c = 0; c < 1 + random_below(random, 5); ++c) {
      request.context.push_back(testing::random_text(random, random_below(random, 300)));
    }
    request.id = "7";
    request.return_word_scores = true;
    request.return_word_label = true;
    PartCache cache(1 << 20);
    for (int repeat = 0; repeat < 2; ++repeat) {
      const CompressResult whole = compress(request, &cache);
      std::string joined;
      std::string labels;
      ASSERT_EQ(whole.spans.size(), request.context.size());
      ASSERT_EQ(whole.compressed_prompt_list.size(), request.context.size());
      ASSERT_EQ(whole.word_scores.size(), request.context.size());
      for (std::size_t c = 0; c < request.context.size(); ++c) {
        const CompressResult part = alone(request, c);
        EXPECT_EQ(whole.compressed_prompt_list[c], part.compressed_prompt);
        EXPECT_EQ(whole.kept_context_ids[c], c);
        EXPECT_EQ(whole.spans[c], part.spans[0]);
        EXPECT_EQ(whole.word_scores[c], part.word_scores[0]);
        if (!joined.empty() && !part.compressed_prompt.empty()) joined += "\n\n";
        joined += part.compressed_prompt;
        if (!labels.empty() && !part.fn_labeled_original_prompt->empty()) labels += request.word_sep;
        labels += *part.fn_labeled_original_prompt;
      }
      EXPECT_EQ(whole.compressed_prompt, joined);
      EXPECT_EQ(whole.fn_labeled_original_prompt, labels);
      EXPECT_EQ(whole.compressed_tokens, static_cast<std::int64_t>(counter_.count(joined)));
      EXPECT_EQ(whole.id, "7");
      EXPECT_EQ(whole.tokenizer, "fake");
    }
  }
}

TEST_F(IndependentPartsTest, OriginTokensAreThoseOfTheContextsJoined) {
  EXPECT_EQ(compress(request_for({"one two three", "", "four five"})).origin_tokens,
            static_cast<std::int64_t>(counter_.count("one two three\n\nfour five")));
}

TEST_F(IndependentPartsTest, OnlyPartsThatAreNewAreCompressed) {
  PartCache cache(1 << 20);
  CompressRequest request = request_for({"a b c d e f", "g h i j k l"});
  const CompressResult first = compress(request, &cache);
  EXPECT_EQ(n_compressed_, 2);
  request.context.insert(request.context.begin() + 1, "m n o p q r");
  request.id = "another";
  const CompressResult second = compress(request, &cache);
  EXPECT_EQ(n_compressed_, 3);
  EXPECT_EQ(second.compressed_prompt_list[0], first.compressed_prompt_list[0]);
  EXPECT_EQ(second.compressed_prompt_list[2], first.compressed_prompt_list[1]);
  EXPECT_EQ(second.id, "another");
}

TEST_F(IndependentPartsTest, EveryOptionIsPartOfTheKey) {
  const std::vector<void (*)(CompressRequest*)> changes{
      [](CompressRequest* r) { r->rate = 0.25; },
      [](CompressRequest* r) { r->threshold = 0.5; },
      [](CompressRequest* r) { r->instruction = "i"; },
      [](CompressRequest* r) { r->question = "q"; },
      [](CompressRequest* r) { r->question = "\xFF"; },
      [](CompressRequest* r) { r->question = "\xFE"; },
      [](CompressRequest* r) { r->method = "securitylingua"; },
      [](CompressRequest* r) { r->tokenizer = "cl100k_base"; },
      [](CompressRequest* r) { r->token_to_word = TokenToWord::kFirst; },
      [](CompressRequest* r) {
        r->force_tokens = {"a", "b"};
      },
      [](CompressRequest* r) { r->force_tokens = {"ab"}; },
      [](CompressRequest* r) { r->force_tokens = {"\xFF"}; },
      [](CompressRequest* r) { r->force_tokens = {"\xFE"}; },
      [](CompressRequest* r) { r->force_reserve_digit = true; },
      [](CompressRequest* r) { r->drop_consecutive = true; },
      [](CompressRequest* r) {
        r->chunk_end_tokens = {"a", "b"};
      },
      [](CompressRequest* r) { r->use_token_level_filter = false; },
      [](CompressRequest* r) { r->return_word_label = true; },
      [](CompressRequest* r) { r->return_word_scores = true; },
      [](CompressRequest* r) { r->context[0] += "\xFF"; },
      [](CompressRequest* r) { r->context[0] += "\xFE"; },
  };
  PartCache cache(1 << 20);
  const CompressRequest plain = request_for({"a b c d e f"});
  compress(plain, &cache);
  int n_expected = 1;
  for (const auto change : changes) {
    CompressRequest changed = plain;
    change(&changed);
    compress(changed, &cache);
    EXPECT_EQ(n_compressed_, ++n_expected) << "change " << n_expected - 2;
  }
  compress(plain, &cache);
  EXPECT_EQ(n_compressed_, n_expected);
}

TEST_F(IndependentPartsTest, EqualWarningsAreSaidOnce) {
  const auto warn = [](const CompressRequest& one, const CompressProgress&) -> Result<CompressResult> {
    CompressResult result;
    result.warnings = {"common", "about " + one.context[0]};
    return result;
  };
  const auto result = compress_independent_parts(request_for({"a", "b"}), counter_, "", nullptr, warn);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->warnings, (std::vector<std::string>{"common", "about a", "about b"}));
}

TEST_F(IndependentPartsTest, AnErrorNamesTheContext) {
  CompressRequest request = request_for({"a b c d", "keep me keep me"}, 0.3);
  request.force_tokens = {"keep", "me"};
  const auto refused = try_compress(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetTooSmall);
  EXPECT_EQ(refused.error().message.find("context[1]: "), 0U) << refused.error().message;
}

TEST_F(IndependentPartsTest, ProgressRisesToTheTotalAndCancels) {
  const CompressRequest request = request_for({"a b c d e f g", "", "h i j k"});
  std::size_t last = 0;
  std::size_t total = 0;
  ASSERT_TRUE(try_compress(request, nullptr, [&](std::size_t n_done, std::size_t n_total) {
    EXPECT_GE(n_done, last);
    last = n_done;
    total = n_total;
    return true;
  }));
  EXPECT_EQ(last, 11U);
  EXPECT_EQ(total, 11U);
  const auto cancelled = try_compress(request, nullptr, [](std::size_t, std::size_t) { return false; });
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
}

TEST_F(IndependentPartsTest, TheCacheStaysWithinItsBytes) {
  const std::size_t max_bytes = 20'000;
  PartCache cache(max_bytes);
  CompressRequest request = request_for({""}, 0.7);
  request.return_word_scores = true;
  for (int i = 0; i < 100; ++i) {
    request.context[0] = "text number " + std::to_string(i) + std::string(static_cast<std::size_t>(i) * 20, 'x');
    compress(request, &cache);
    ASSERT_LE(cache.n_bytes(), max_bytes);
  }
  EXPECT_GT(cache.n_bytes(), max_bytes / 2);
  compress(request, &cache);
  EXPECT_EQ(n_compressed_, 100);
  request.context[0] = "text number 0";
  compress(request, &cache);
  EXPECT_EQ(n_compressed_, 101);
}

TEST_F(IndependentPartsTest, ConcurrentRequestsShareTheCacheAndGetTheSameBytes) {
  PartCache cache(30'000);
  CompressRequest request = request_for({});
  for (int i = 0; i < 30; ++i) request.context.push_back("part number " + std::to_string(i) + " of a long talk");
  const std::string expected = compress(request).compressed_prompt;
  std::atomic<int> n_equal{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) n_equal += compress(request, &cache).compressed_prompt == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_equal, 20);
}

TEST(IndependentContextsTest, ContradictionsAreRefusedByName) {
  const auto refused = [](void (*change)(CompressRequest*)) {
    CompressRequest request;
    request.context = {"a", "b"};
    request.independent_contexts = true;
    change(&request);
    const auto valid = validate(request);
    if (valid) return std::string("accepted");
    EXPECT_EQ(valid.error().code, ErrorCode::kInvalidArgument);
    return valid.error().message;
  };
  EXPECT_EQ(refused([](CompressRequest* r) { r->rate = 0.5; }), "accepted");
  EXPECT_EQ(refused([](CompressRequest* r) { r->threshold = 0.5; }), "accepted");
  EXPECT_NE(refused([](CompressRequest* r) { r->target_token = 9; }).find("target_token"), std::string::npos);
  EXPECT_NE(refused([](CompressRequest* r) { r->reference = true; }).find("reference"), std::string::npos);
  EXPECT_NE(refused([](CompressRequest* r) { r->target_context = 1; }).find("context-level filter"), std::string::npos);
  EXPECT_NE(refused([](CompressRequest* r) { r->use_context_level_filter = true; }).find("context-level filter"),
            std::string::npos);
}

}  // namespace
}  // namespace pith
