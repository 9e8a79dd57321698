// LLMLingua-2's scores: one pass of a token classifier (arXiv 2403.12968), and how well passages fit the question.
#pragma once

#include "compress/llmlingua2.h"
#include "compress/word_scorer.h"

namespace pith {

/// The model never reads more than one window at a time; windows of all contexts go to it together.
class ClassifierScorer final : public WordScorer {
 public:
  /// All three must outlive the scorer. `embedder` may be null: passages then are weighed by words in common alone.
  ClassifierScorer(const TokenClassifier& classifier, const WindowOptions& windows, const TextEmbedder* embedder)
      : classifier_(classifier), windows_(windows), embedder_(embedder) {}

  /// Errors: those of score_contexts() and weigh_by_question().
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;

 private:
  const TokenClassifier& classifier_;
  const WindowOptions& windows_;
  const TextEmbedder* embedder_;
};

}  // namespace pith
