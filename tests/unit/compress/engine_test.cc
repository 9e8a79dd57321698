// The whole engine with the model that ships, as library users meet it.
#include "pith/engine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "support/laws.h"
#include "tokenize/token_counter.h"

namespace pith {
namespace {

using testing::broken_law;
using testing::is_nested;

std::string meeting() {
  std::ifstream file(PITH_SOURCE_DIR "/examples/meeting.txt", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::shared_ptr<const Engine> engine(EngineOptions options = {}) {
  options.cache_dir = "none";
  auto created = Engine::create(options);
  EXPECT_TRUE(created) << created.error().message;
  return created ? *created : nullptr;
}

CompressRequest request_for(std::string text, double rate) {
  CompressRequest request;
  request.context = {std::move(text)};
  request.rate = rate;
  return request;
}

TEST(EngineTest, KeepsTheLawsOnARealMeetingAtEveryRate) {
  const auto pith = engine();
  ASSERT_NE(pith, nullptr);
  const auto counter = load_token_counter("o200k_base");
  ASSERT_TRUE(counter);
  CompressResult before;
  for (const double rate : {0.1, 0.2, 0.33, 0.5, 0.8, 1.0}) {
    CompressRequest request = request_for(meeting(), rate);
    request.return_word_scores = true;
    const auto result = pith->compress(request);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(broken_law(request, *result, **counter), "");
    const double achieved = static_cast<double>(result->compressed_tokens) / static_cast<double>(result->origin_tokens);
    EXPECT_LE(achieved, rate);
    EXPECT_GE(achieved, rate - 0.01);
    if (!before.spans.empty()) {
      EXPECT_TRUE(is_nested(before.spans, result->word_scores));
    }
    before = *result;
  }
}

TEST(EngineTest, KeepsWhatMatters) {
  const auto pith = engine();
  ASSERT_NE(pith, nullptr);
  CompressRequest request = request_for(
      "Um, so, I think that, you know, the budget for the new project was, well, set to $5,000 by Dr. Wu on 3 May "
      "2024, and "
      "uh we must not exceed it.",
      0.5);
  const auto result = pith->compress(request);
  ASSERT_TRUE(result);
  for (const char* fact : {"budget", "$5,000", "Wu", "not"}) {
    EXPECT_NE(result->compressed_prompt.find(fact), std::string::npos) << fact << " in " << result->compressed_prompt;
  }
}

TEST(EngineTest, ThreadsAndWindowBatchesDoNotChangeTheBytes) {
  const auto one = engine({.n_threads = 1});
  const auto three = engine({.n_threads = 3});
  ASSERT_NE(one, nullptr);
  ASSERT_NE(three, nullptr);
  const CompressRequest request = request_for(meeting(), 0.4);
  const auto a = one->compress(request);
  const auto b = three->compress(request);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->compressed_prompt, b->compressed_prompt);
}

TEST(EngineTest, ReferenceModeAnswersWithTheLibrarysCounts) {
  const auto pith = engine({.precision = Precision::kF32});
  ASSERT_NE(pith, nullptr);
  CompressRequest request = request_for("It was, as they say, a very long meeting. Nothing was decided.", 0.5);
  request.reference = true;
  const auto result = pith->compress(request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->tokenizer, "cl100k_base");
  EXPECT_TRUE(result->spans.empty());
}

TEST(EngineTest, NamesAModelThatIsNotThere) {
  const auto created = Engine::create({.model = "no/such/folder"});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::kNotFound);
  EXPECT_NE(created.error().message.find("no/such/folder"), std::string::npos) << created.error().message;
}

TEST(EngineTest, NamesATokenizerThatIsNotThere) {
  const auto pith = engine();
  ASSERT_NE(pith, nullptr);
  CompressRequest request = request_for("a b c", 0.5);
  request.tokenizer = "o200k_bas";
  const auto refused = pith->compress(request);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("did you mean \"o200k_base\"?"), std::string::npos) << refused.error().message;
}

TEST(EngineConcurrentTest, OneEngineServesManyThreadsWithTheSameAnswers) {
  const auto pith = engine({.n_threads = 2});
  ASSERT_NE(pith, nullptr);
  const std::string text = meeting().substr(0, 3000);
  std::vector<std::string> expected;
  for (const double rate : {0.2, 0.5, 0.7})
    expected.push_back(pith->compress(request_for(text, rate))->compressed_prompt);
  std::vector<std::thread> threads;
  std::vector<int> n_wrong(6, 0);
  for (std::size_t t = 0; t < n_wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2; ++i) {
        const std::size_t r = (t + static_cast<std::size_t>(i)) % expected.size();
        const auto result = pith->compress(request_for(text, std::vector<double>{0.2, 0.5, 0.7}[r]));
        if (!result || result->compressed_prompt != expected[r]) ++n_wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_wrong, std::vector<int>(n_wrong.size(), 0));
}

}  // namespace
}  // namespace pith
