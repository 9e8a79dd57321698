// Baselines that look at no more than where a word stands and how it is spelled.
#pragma once

#include "compress/word_scorer.h"

namespace pith {

/// Truncation of the contexts as they will stand in the result, word by word.
class TruncationScorer final : public WordScorer {
 public:
  enum class Keep { kHead, kTail, kEnds };
  explicit TruncationScorer(Keep keep) : keep_(keep) {}

  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
  [[nodiscard]] bool wants_linguistic_rules() const override { return false; }

 private:
  Keep keep_;
};

/// A word's score is drawn from the request's seed, its context's index and its own: never from what stands around it.
class RandomScorer final : public WordScorer {
 public:
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
  [[nodiscard]] bool wants_linguistic_rules() const override { return false; }
};

/// English stop words score below 0.5, all other words above; of both the earlier ones higher.
class StopWordScorer final : public WordScorer {
 public:
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
};

}  // namespace pith
