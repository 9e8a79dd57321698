// The order in which the published library takes contexts and sentences (its get_rank_results): by likelihood under the
// causal model, BM25 or compressed length; other methods come from a ContextRanker.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/context_ranker.h"
#include "compress/reference_condition.h"
#include "compress/reference_progress.h"
#include "model/causal_lm.h"

namespace pith {

/// Mean likelihood (nats) of each text or, with a place for it, of the text given the question (kBefore) or the
/// question given the text (kAfter); NaN where nothing is left to take the mean of. Texts are cut after `max_positions`
/// ids. Errors: kInvalidArgument for a text without ids; the model's.
[[nodiscard]] Result<std::vector<float>> reference_text_scores(std::span<const std::string> texts,
                                                               std::string_view question, QuestionPlace place,
                                                               std::size_t max_positions, const CausalLm& lm,
                                                               ReferenceProgress* progress);

struct ReferenceRanking {
  std::string method;  ///< llmlingua, longllmlingua, bm25, gzip, or what `ranker` does
  std::string question;
  QuestionPlace place = QuestionPlace::kNone;
  std::size_t max_positions = 0;
  const ContextRanker* ranker = nullptr;  ///< may be null
};

/// Indices of `texts`, best first; equal keys in order. With the likelihoods a fixed sentence is put behind the
/// question, as in the paper (arXiv 2310.06839, section 4.1). Errors: kUnsupported for a method without a ranker; those
/// of reference_text_scores(); the ranker's.
[[nodiscard]] Result<std::vector<std::size_t>> rank_reference_texts(std::span<const std::string> texts,
                                                                    const ReferenceRanking& ranking, const CausalLm& lm,
                                                                    ReferenceProgress* progress);

/// `scores` best first: the highest without a question, the lowest with one.
[[nodiscard]] std::vector<std::size_t> order_of_reference_scores(std::span<const double> scores, QuestionPlace place);

}  // namespace pith
