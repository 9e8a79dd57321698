// Iterative token-level compression (LLMLingua, arXiv 2310.05736, Algorithm 2): a text is read window by window, and
// each token is judged by its own likelihood given what was kept of the windows before it, as the target model will
// see it. With a contrast (LongLLMLingua, arXiv 2310.06839, eq. 3) it is judged by what a question in front explains:
// nll(x | before) - nll(x | question, before), beside its plain likelihood (plain_weight).
//
// What a session remembers is bounded: the question, the first few tokens (attention sinks), and the most recent ones
// that were kept. So time is linear in the text, and texts may be longer than the model's context.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compress/model_text.h"
#include "model/causal_lm.h"
#include "pith/result.h"

namespace pith {

struct IterativeOptions {
  std::size_t window_tokens = 200;     ///< at most; fewer if the model's context asks for it
  std::size_t max_past_tokens = 1024;  ///< kept tokens that are remembered beside the question and the sinks
  bool is_contrastive = false;         ///< needs a condition
  /// How much the likelihood without the question counts beside the contrast; 0 is the paper. A small model's contrast
  /// alone hardly knows answers from chance (SQuAD paragraphs, SmolLM2-135M: answer words ranked at the median, and
  /// three in ten answers whole at half the tokens; with the plain likelihood beside it, more than half).
  float plain_weight = 1;
};

/// What is to be read. All spans are of the caller.
struct IterativeInput {
  const ModelText& text;
  std::span<const TokenId> condition;    ///< stands before the text (the question); may be empty
  std::span<const float> keep_share;     ///< per word the share that a window keeps for what comes after it, [0, 1]
  std::span<const std::uint8_t> forced;  ///< per word 1: kept in any case
};

/// Per word of the text.
struct IterativeScores {
  /// Sum over the word's tokens (of more than eight: eight times their mean), nats. Negative too with a contrast.
  /// Always finite; 0 where window_of_word is kNone.
  std::vector<float> surprise;
  std::vector<std::uint32_t> window_of_word;  ///< where it was judged; kNone for a word without tokens
  std::vector<std::uint32_t> n_tokens;        ///< tokens that touch it
  std::uint32_t n_windows = 0;

  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
};

/// Windows end between words where they can, and the last two are of nearly the same length, so that none is tiny. A
/// token without a likelihood (the first) counts as the median of its window. `progress` gets tokens of the text.
/// Errors: the model's; kInvalidArgument if its context has no room for even a token or two; kCancelled.
[[nodiscard]] Result<IterativeScores> read_iteratively(const CausalLm& lm, const IterativeInput& input,
                                                       const IterativeOptions& options,
                                                       const ProgressCallback& progress);

/// Mid-rank quantiles, each in (0, 1): (values below + half of the values equal) / all. No NaN. O(n log n).
[[nodiscard]] std::vector<float> quantiles_of(std::span<const float> values);

}  // namespace pith
