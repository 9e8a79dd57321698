// A classifier that tells what it was asked to score.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "model/token_classifier.h"
#include "support/fake_classifier.h"

namespace pith {

/// FakeClassifier with counters. Thread-safe like the seam.
class CountingClassifier final : public TokenClassifier {
 public:
  explicit CountingClassifier(FakeClassifierOptions options = {}, std::string arithmetic = "fake")
      : fake_(std::move(options)), arithmetic_(std::move(arithmetic)) {}

  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback& progress = {}) const override {
    ++n_calls_;
    n_sequences_ += sequences.n_sequences();
    n_tokens_ += sequences.ids.size();
    n_hidden_ += sequences.hidden.size();
    auto probabilities = fake_.keep_probabilities(sequences, progress);
    // A hidden token changes the whole sequence's scores, as in a real model.
    for (std::size_t s = 0; probabilities && s < sequences.n_sequences(); ++s) {
      for (const std::size_t i : sequences.hidden) {
        if (i < sequences.begin[s] || i >= sequences.begin[s + 1]) continue;
        const float factor = 1 / (2 + static_cast<float>(i - sequences.begin[s]));
        for (std::size_t t = sequences.begin[s]; t < sequences.begin[s + 1]; ++t) (*probabilities)[t] *= factor;
      }
    }
    return probabilities;
  }

  [[nodiscard]] const Tokenizer& tokenizer() const override { return fake_.tokenizer(); }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return fake_.max_sequence_tokens(); }
  [[nodiscard]] std::string description() const override { return fake_.description(); }
  [[nodiscard]] std::string arithmetic() const override { return arithmetic_; }

  [[nodiscard]] std::size_t n_calls() const { return n_calls_; }
  [[nodiscard]] std::size_t n_sequences() const { return n_sequences_; }
  [[nodiscard]] std::size_t n_tokens() const { return n_tokens_; }
  [[nodiscard]] std::size_t n_hidden() const { return n_hidden_; }

 private:
  FakeClassifier fake_;
  std::string arithmetic_;
  mutable std::atomic<std::size_t> n_calls_{0};
  mutable std::atomic<std::size_t> n_sequences_{0};
  mutable std::atomic<std::size_t> n_tokens_{0};
  mutable std::atomic<std::size_t> n_hidden_{0};
};

}  // namespace pith
