#include "compress/word_scores.h"

#include "base/check.h"

namespace pith {

std::vector<float> pool_word_scores(std::span<const Word> words, std::span<const ByteSpan> token_spans,
                                    std::span<const float> token_probabilities, TokenToWord token_to_word) {
  PITH_CHECK(token_spans.size() == token_probabilities.size(), "");
  std::vector<float> scores(words.size(), 0.0F);
  std::size_t first = 0;  // first token that may still overlap the current word
  for (std::size_t w = 0; w < words.size(); ++w) {
    const ByteSpan word = words[w].span;
    while (first < token_spans.size() && token_spans[first].end <= word.begin) ++first;
    double sum = 0;
    std::size_t n_tokens = 0;
    for (std::size_t t = first; t < token_spans.size() && token_spans[t].begin < word.end; ++t) {
      if (token_spans[t].end <= word.begin) continue;  // an empty or shorter span between longer ones
      sum += static_cast<double>(token_probabilities[t]);
      ++n_tokens;
      if (token_to_word == TokenToWord::kFirst) break;
    }
    if (n_tokens > 0) scores[w] = static_cast<float>(sum / static_cast<double>(n_tokens));
  }
  return scores;
}

}  // namespace pith
