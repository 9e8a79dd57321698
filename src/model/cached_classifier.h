// A TokenClassifier that remembers: sequences it has seen come from a ScoreCache, only the others are computed. Sound
// because the seam promises that a sequence's scores depend on that sequence alone. This is what makes a prompt that
// grows cost what its new text costs.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/score_cache.h"
#include "model/token_classifier.h"

namespace pith {

/// Raised when what a key is made of, or what is stored under it, changes its meaning.
inline constexpr int kScoreFormatVersion = 1;

/// Thread-safe. Answers like the classifier it wraps, bit for bit, whatever the cache holds.
class CachedClassifier final : public TokenClassifier {
 public:
  /// `model_identity` stands for the weights: two models that share a cache need different ones (model_identity.h).
  CachedClassifier(std::shared_ptr<const TokenClassifier> inner, std::shared_ptr<ScoreCache> cache,
                   std::string_view model_identity);

  /// Sequences that are not in the cache go to the inner classifier in one call, equal ones once. Progress counts those
  /// alone, so that it tells how long the rest will take; when there are none it is called once, with all done.
  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback& progress = {}) const override;

  [[nodiscard]] const Tokenizer& tokenizer() const override { return inner_->tokenizer(); }
  [[nodiscard]] std::size_t n_embedding_rows() const override { return inner_->n_embedding_rows(); }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return inner_->max_sequence_tokens(); }
  [[nodiscard]] std::string description() const override { return inner_->description(); }
  [[nodiscard]] std::string arithmetic() const override { return inner_->arithmetic(); }

 private:
  [[nodiscard]] BlobKey key_of(const TokenSequences& sequences, std::size_t s) const;

  std::shared_ptr<const TokenClassifier> inner_;
  std::shared_ptr<ScoreCache> cache_;
  std::string base_;  // the part that all keys share
};

}  // namespace pith
