// Contexts by a causal model's surprisal: of the question behind the context (LongLLMLingua, arXiv 2310.06839, section
// 4.1: what explains the question is relevant), of the context behind the question, or of the context alone.
//
// What is read is [bos] first, line break, second, the three encoded apart so that no token crosses a seam; the mean is
// over all tokens of the part that counts. (The library joins the texts with nothing between them, and cuts a text that
// is too long at its end, so that a long document's question is not read at all.)
#pragma once

#include <string_view>

#include "compress/context_ranker.h"
#include "compress/rankers/make_ranker.h"
#include "model/causal_lm.h"

namespace pith {

/// What the library puts behind the question, so that it reads as something documents can answer.
inline constexpr std::string_view kRankingSuffix = " We can get the answer to this question in the given documents.";
static_assert(kRankingSuffix.size() == 63);

class PerplexityRanker final : public ContextRanker {
 public:
  /// `lm` must outlive the ranker. `suffix` stands behind the question.
  PerplexityRanker(const CausalLm* lm, RankCondition condition, std::string_view suffix = kRankingSuffix)
      : lm_(lm), condition_(condition), suffix_(suffix) {}

  /// The key is the mean negative log-likelihood in nats; NaN, which ranks last, for a context without tokens or whose
  /// mean is no number. Of a context that does not fit the model's window with the question the head counts; a question
  /// above three quarters of the window keeps its head. All contexts are scored in one batch.
  [[nodiscard]] Result<std::vector<RankedContext>> rank(std::string_view question,
                                                        std::span<const std::string_view> contexts,
                                                        const ProgressCallback& progress = {}) const override;
  [[nodiscard]] bool needs_question() const override { return condition_ != RankCondition::kNone; }

 private:
  const CausalLm* lm_;
  RankCondition condition_;
  std::string_view suffix_;
};

}  // namespace pith
