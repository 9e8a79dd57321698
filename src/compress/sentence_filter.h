// Sentences before words (LLMLingua's use_sentence_level_filter): which sentences the words that stay come from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compress/prepared_context.h"
#include "pith/compress.h"

namespace pith {

/// A context's words as the filter sees them; parallel to its document's.
struct SentenceInput {
  const PreparedContext& context;
  std::span<const float> surprise;          ///< nats, summed over the word's tokens
  std::span<const std::uint32_t> n_tokens;  ///< model tokens; 0: the model did not read the word
};

/// Per context 1 for every word of a sentence that stays. The best sentences of all contexts, by the mean surprise of
/// their tokens, stay until they have token_budget_ratio * rate of all tokens; the one that passes it stays as well. In
/// each context the first keep_first_sentence, the last keep_last_sentence and the best keep_sentence_number gain
/// high_priority_bonus (once each). Words outside, and sentences the model did not read, are not for it to judge: 1.
/// Ties go to the earlier sentence. REQUIRES: the options of `request` that are used are in range.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> filter_sentences(std::span<const SentenceInput> contexts,
                                                                      const CompressRequest& request, double rate);

}  // namespace pith
