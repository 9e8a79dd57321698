// Selective-Context (Li et al. 2023, arXiv 2310.06201) as a scorer: what a causal language model could have guessed
// goes. The model reads each sentence by itself, so that late words of a long text are not all easy to guess (3.1).
#pragma once

#include "compress/word_scorer.h"
#include "model/causal_lm.h"

namespace pith {

/// A unit's value is the mean of -ln p(token | sentence so far) over the tokens that touch its words (the paper sums,
/// its published code takes the mean, which does not favour long units); its score is its quantile among all units of
/// all contexts: the most surprising scores 1, of equals the earlier one scores higher.
///
/// Units by request.reduce_level: "token": words, each for itself; "phrase": phrases.h; "sentence" or "sent":
/// sentences. Sets unit_of_word for the last two. A sentence that lies in several nodes of a structure is cut there.
///
/// Each sentence begins behind the model's begin token, else <|endoftext|>, else a line break; one that does not fit
/// into the model's context is read in pieces.
class SelectiveScorer final : public WordScorer {
 public:
  /// `model` must outlive this.
  explicit SelectiveScorer(const CausalLm& model) : model_(model) {}

  /// Errors: kInvalidArgument (another reduce_level), the model's, kCancelled.
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;

 private:
  const CausalLm& model_;
};

/// What a text is read behind: the model's begin token, else <|endoftext|>, else the last token of a line break;
/// kNoToken if the vocabulary has none of them.
[[nodiscard]] TokenId lead_token(const CausalLm& model);

}  // namespace pith
