// Methods llmlingua (arXiv 2310.05736) and longllmlingua (arXiv 2310.06839), their default mode: what surprises a small
// causal model stays.
//
// The papers' algorithm with what the published library gets wrong put right: a token is judged by its own likelihood,
// the last partial window is read like the others, and the budget is the pipeline's, exact and global.
//
//   1. The contexts are read window by window, each after what was kept of those before it (iterative_windows.h); a
//      word's surprise is the sum over its tokens. (The mean buries names, whose later tokens follow from the first.)
//   2. A word's rank is half its quantile in its window (the paper's threshold inside the segment) and half its
//      quantile among all words (a dense passage keeps more than an empty one). The first windows know little of the
//      text, so everything surprises there: the first half is blind to that. The score is the quantile of the rank.
//   3. A context with a rate offset d has its scores shifted by d, so that about rate + d of it stays.
//   4. With use_sentence_level_filter the words of sentences that do not stay (sentence_filter.h) score below all
//      others. The pipeline still fills its budget exactly.
//
// Words that the model did not read (read_spans.h) score 0 and rank by their nodes' importance.
#pragma once

#include <cstddef>
#include <memory>

#include "compress/word_scorer.h"
#include "model/causal_lm.h"

namespace pith {

/// Whether tokens are judged by how much the question explains them.
[[nodiscard]] bool is_contrastive(const CompressRequest& request);
/// Whether the question stands before the contexts when tokens are judged.
[[nodiscard]] bool is_conditioned(const CompressRequest& request);

struct PerplexityOptions {
  /// Kept tokens that the model remembers. More costs time: each token attends to all of them.
  std::size_t max_past_tokens = 1024;
};

class PerplexityScorer final : public WordScorer {
 public:
  explicit PerplexityScorer(std::shared_ptr<const CausalLm> lm, PerplexityOptions options = {});

  /// Uses of the request: question, instruction, add_instruction, condition_compare, condition_in_question, method,
  /// iterative_size and the options of the sentence filter. Words that are forced already, by `forced` or by their
  /// node, are part of what later windows see; `forced` may be empty. Progress counts tokens of the text.
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;

  [[nodiscard]] bool heeds_rate_offsets() const override { return true; }

 private:
  std::shared_ptr<const CausalLm> lm_;
  PerplexityOptions options_;
};

}  // namespace pith
