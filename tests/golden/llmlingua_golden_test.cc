// Every recorded case of llmlingua 0.2.2 with a causal model, twice: with the likelihoods it recorded, where all must
// be identical, and with those of the float32 engine, where nearly all must be. Prints what differs, with the first
// threshold at which it does.
//
// Needs the shared material ($PITH_SHARED, else ../shared) and SmolLM2 (tests/support/smollm2.h; tools/deps.sh test).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/load_causal_lm.h"
#include "support/golden_causal.h"
#include "support/gz_file.h"
#include "support/recorded_sentences.h"
#include "support/smollm2.h"

namespace pith {
namespace {

constexpr double kSmallestIdenticalShare = 0.95;
// Likelihoods of 14 nats agree to about this much between float32 engines.
constexpr double kThresholdTolerance = 2e-3;
constexpr double kRoundingTolerance = 2e-5;  // of the recorded values

std::vector<golden::CausalCase> load_cases(const std::string& set) {
  const std::string root = golden::shared_golden_dir();
  return golden::parse_causal_cases(golden::read_bytes(root + "/" + set + "/cases.jsonl"),
                                    read_gz(root + "/" + set + "/trace.jsonl.gz"), root);
}

/// Remembers what whole texts scored: many cases share them.
class RememberingLm final : public CausalLm {
 public:
  explicit RememberingLm(std::shared_ptr<const CausalLm> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] Result<std::vector<float>> score(const CausalBatch& batch,
                                                 const ProgressCallback& /*progress*/ = {}) const override {
    std::vector<float> all;
    for (std::size_t i = 0; i < batch.sequences.n_sequences(); ++i) {
      const auto ids = batch.sequences.sequence(i);
      auto [at, is_new] = known_.try_emplace(std::vector<TokenId>(ids.begin(), ids.end()));
      if (is_new) {
        CausalBatch one;
        one.sequences.ids = at->first;
        one.sequences.end_sequence();
        auto nll = inner_->score(one);
        if (!nll) return nll;
        at->second = std::move(*nll);
      }
      all.insert(all.end(), at->second.begin(), at->second.end());
    }
    return all;
  }
  [[nodiscard]] Result<std::unique_ptr<CausalSession>> new_session() const override { return inner_->new_session(); }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return inner_->tokenizer(); }
  [[nodiscard]] TokenId bos() const override { return inner_->bos(); }
  [[nodiscard]] std::size_t max_context_tokens() const override { return inner_->max_context_tokens(); }
  [[nodiscard]] std::string description() const override { return inner_->description(); }

 private:
  std::shared_ptr<const CausalLm> inner_;
  mutable std::map<std::vector<TokenId>, std::vector<float>> known_;
};

class LlmlinguaGoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = smollm2_path();
    if (!path) GTEST_SKIP() << "SmolLM2 is not there (tools/deps.sh test)";
    if (!std::filesystem::exists(golden::shared_golden_dir() + "/llmlingua/trace.jsonl.gz")) {
      GTEST_SKIP() << "no recorded cases in " << golden::shared_golden_dir();
    }
    if (lm_ == nullptr) {
      auto lm = load_causal_lm({.path = *path, .engine = ModelEngine::kOpenVino, .precision = Precision::kF32});
      ASSERT_TRUE(lm) << lm.error().message;
      lm_ = std::make_shared<RememberingLm>(*lm);
    }
    const auto counter = load_token_counter("cl100k_base");
    ASSERT_TRUE(counter) << counter.error().message;
    counter_ = *counter;
  }

  /// Runs every `stride`-th case of a set with `make_lm(case)`. Returns (identical, compared).
  template <class MakeLm>
  std::pair<std::size_t, std::size_t> run(const std::string& set, double tolerance, std::size_t stride,
                                          MakeLm make_lm) const {
    std::size_t n_identical = 0, n_compared = 0, number = 0;
    for (golden::CausalCase& c : load_cases(set)) {
      if (number++ % stride != 0) continue;
      if (!c.unreadable.empty()) {
        EXPECT_TRUE(c.is_error()) << c.id << ": " << c.unreadable;
        continue;
      }
      golden::ThresholdCheck check(c.trace, tolerance);
      c.options.observe = [&](const ReferenceThreshold& threshold) { check(threshold); };
      const std::shared_ptr<const CausalLm> lm = make_lm(c);
      const auto result = compress_llmlingua_reference(c.request, *lm, *counter_, sentences_, {}, c.options);
      if (c.is_error()) {
        fmt::print("  error case {}: library {}; here {}\n", c.id, json::serialize(c.output.at("error")),
                   result ? "a text" : result.error().message);
        continue;
      }
      ++n_compared;
      std::string differs = result ? golden::causal_differences(c, *result) : "error: " + result.error().message;
      if (differs.empty()) {
        ++n_identical;
      } else {
        fmt::print("  differs: {} (smallest margin {}): {}; {}\n", c.id,
                   c.min_margin ? fmt::format("{:.1e}", *c.min_margin) : "none", differs,
                   check.first.empty() ? "all thresholds agree" : check.first);
      }
    }
    fmt::print("{}: {} of {} identical\n", set, n_identical, n_compared);
    std::cout.flush();
    return {n_identical, n_compared};
  }

  static std::shared_ptr<const CausalLm> lm_;
  std::shared_ptr<const TokenCounter> counter_;
  golden::RecordedSentences sentences_{PITH_SOURCE_DIR "/tests/data/reference_llmlingua/sentences.jsonl"};
};
std::shared_ptr<const CausalLm> LlmlinguaGoldenTest::lm_;

TEST_F(LlmlinguaGoldenTest, GivesTheLibrarysTextsFromTheLibrarysLikelihoods) {
  for (const std::string set : {"llmlingua", "structured", "json"}) {
    const auto [n_identical, n_compared] = run(set, kRoundingTolerance, 1, [&](const golden::CausalCase& c) {
      return std::make_shared<golden::PlaybackCausalLm>(lm_->tokenizer(), c.trace);
    });
    EXPECT_GT(n_compared, 0U);
    EXPECT_EQ(n_identical, n_compared) << set;
  }
}

// All cases take two minutes of two cores: PITH_ALL_GOLDEN=1 runs them, otherwise every sixth is.
TEST_F(LlmlinguaGoldenTest, GivesTheLibrarysTextsWithTheFloat32Engine) {
  const std::size_t stride = std::getenv("PITH_ALL_GOLDEN") != nullptr ? 1 : 6;
  std::size_t n_all_identical = 0, n_all = 0;
  for (const std::string set : {"llmlingua", "structured", "json"}) {
    const auto [n_identical, n_compared] =
        run(set, kThresholdTolerance, stride, [&](const golden::CausalCase&) { return lm_; });
    n_all_identical += n_identical;
    n_all += n_compared;
  }
  EXPECT_GE(static_cast<double>(n_all_identical), kSmallestIdenticalShare * static_cast<double>(n_all));
}

}  // namespace
}  // namespace pith
