// Phrases by rule: what stands in for a parser's noun chunks as the unit of Selective-Context.
#pragma once

#include <cstddef>
#include <vector>

#include "compress/text_units.h"

namespace pith {

/// Longer phrases (of languages whose function words are not known here) are cut.
inline constexpr std::size_t kMaxPhraseWords = 6;

/// Cuts units into phrases: words that are neither punctuation nor English stop words (baselines/stop_words.h) and
/// follow each other are one, up to kMaxPhraseWords; every other word is one by itself. "The red mat of Rome." gives
/// The|red mat|of|Rome|. Needs no dictionary of its own; linear.
[[nodiscard]] std::vector<TextUnit> phrase_units(const ScoringTask& task, const std::vector<TextUnit>& units);

}  // namespace pith
