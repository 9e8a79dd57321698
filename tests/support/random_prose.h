// Random prose with random scores, for properties of rankings.
#pragma once

#include <random>
#include <span>
#include <string>
#include <string_view>

#include "support/prepare.h"

namespace pith::testing {

inline std::string random_prose(std::span<const std::string_view> words, std::size_t n_words, std::mt19937& random) {
  std::string text;
  for (std::size_t i = 0; i < n_words; ++i) {
    text += words[random() % words.size()];
    constexpr std::string_view kGaps[] = {" ", " ", " ", " ", ", ", ". ", "\n", "\n\n", " (", ") ", "; "};
    text += kGaps[random() % std::size(kGaps)];
  }
  return text;
}

/// Scores of few values, so that ties are common, and here and there a forced word.
inline void score_randomly(PreparedContext& context, std::mt19937& random) {
  for (std::size_t w = 0; w < context.n_words(); ++w) {
    context.scores[w] = static_cast<float>(random() % 8) / 10.0F;
    context.forced[w] = random() % 16 == 0 ? 1 : 0;
  }
  rank_punctuation(context);
}

}  // namespace pith::testing
