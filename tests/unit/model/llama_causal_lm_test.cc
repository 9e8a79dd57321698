#include "model/llama/llama_causal_lm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include "model/llama/llama_session.h"
#include "support/smollm2.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

TEST(NegativeLogSoftmax, AgreesWithDoubles) {
  std::vector<float> logits(5001);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(20 * std::sin(static_cast<double>(i) * 12.9898));
  }
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x));
  for (const std::size_t target : {0U, 1U, 17U, 5000U}) {
    EXPECT_NEAR(negative_log_softmax(logits, target), std::log(sum) - static_cast<double>(logits[target]), 2e-5);
  }
}

TEST(LlamaCausalLm, WhatIsNoCausalModelIsRefused) {
  const TempDir dir;
  write_text(dir / "x.gguf", "GGUF");
  EXPECT_FALSE(is_causal_gguf(dir / "x.gguf"));
  EXPECT_EQ(load_causal_lm({.path = dir / "x.gguf"}).error().code, ErrorCode::kBadModel);
  EXPECT_EQ(load_causal_lm({.path = dir / "none.gguf"}).error().code, ErrorCode::kNotFound);
}

class SmolLm2 : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = smollm2_path();
    if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
    EXPECT_TRUE(is_causal_gguf(*path));
    for (int n_threads = 1; n_threads <= 2; ++n_threads) {
      auto lm = load_causal_lm({.path = *path,
                                .engine = ModelEngine::kLlama,
                                .device = Device::kCpu,
                                .n_threads = n_threads,
                                .max_context_tokens = 2048});
      ASSERT_TRUE(lm.has_value()) << lm.error().message;
      lms.push_back(*lm);
    }
    Encoding encoding;
    lms[0]->tokenizer().encode("The cat sat on the mat. The dog sat on the log, and the cat looked at the dog.",
                               &encoding);
    ids = encoding.ids;
  }

  std::vector<std::shared_ptr<const CausalLm>> lms;  ///< on one thread and on two
  std::vector<TokenId> ids;
};

TEST_F(SmolLm2, ScoresDependOnTheSequenceAlone) {
  CausalBatch alone;
  alone.sequences.ids = ids;
  alone.sequences.end_sequence();
  const auto expected = lms[0]->score(alone);
  ASSERT_TRUE(expected.has_value()) << expected.error().message;
  ASSERT_EQ(expected->size(), ids.size());
  EXPECT_TRUE(std::isnan((*expected)[0]));
  CausalBatch two;
  two.sequences.ids = {5, 6, 7};
  two.sequences.end_sequence();
  two.sequences.ids.insert(two.sequences.ids.end(), ids.begin(), ids.end());
  two.sequences.end_sequence();
  for (const auto& lm : lms) {
    const auto both = lm->score(two);
    ASSERT_TRUE(both.has_value()) << both.error().message;
    for (std::size_t i = 1; i < ids.size(); ++i) EXPECT_EQ((*both)[3 + i], (*expected)[i]) << i;
  }
}

TEST_F(SmolLm2, ForksGoOnAsTheirOriginal) {
  auto session = lms[0]->new_session();
  ASSERT_TRUE(session.has_value());
  const auto all = std::span<const TokenId>(ids);
  ASSERT_TRUE((*session)->append(all.first(10), nullptr).has_value());
  ASSERT_TRUE((*session)->remove(2, 5, CausalSession::Positions::kCloseUp).has_value());
  EXPECT_EQ((*session)->n_tokens(), 7U);
  auto fork = (*session)->fork();
  ASSERT_TRUE(fork.has_value()) << fork.error().message;
  std::vector<float> one, two;
  ASSERT_TRUE((*session)->append(all.subspan(10), &one).has_value());
  ASSERT_TRUE((*fork)->append(all.subspan(10), &two).has_value());
  EXPECT_EQ(one, two);
  EXPECT_FALSE(std::isnan(one[0]));
  ASSERT_TRUE((*fork)->truncate(3).has_value());
  two.clear();
  ASSERT_TRUE((*fork)->append(all.first(1), &two).has_value());
  EXPECT_TRUE(std::isnan(two.at(0)));
  EXPECT_EQ((*fork)->remove(0, 1, CausalSession::Positions::kKeep).error().code, ErrorCode::kUnsupported);
  const TokenId beyond = 49152;
  EXPECT_EQ((*fork)->append({&beyond, 1}, nullptr).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace pith
