// From token probabilities to word scores (LLMLingua-2, section 3.3: the mean over a word's tokens).
#pragma once

#include <span>
#include <vector>

#include "pith/byte_span.h"
#include "pith/compress.h"
#include "text/segment.h"

namespace pith {

/// Score of each word: mean (or first) of the probabilities of the tokens that overlap its bytes. A word that the
/// tokenizer does not see at all (control characters) scores 0. `token_spans` and `token_probabilities` are parallel
/// and ascending. Sums in double.
[[nodiscard]] std::vector<float> pool_word_scores(std::span<const Word> words, std::span<const ByteSpan> token_spans,
                                                  std::span<const float> token_probabilities,
                                                  TokenToWord token_to_word);

}  // namespace pith
