// Stretches of words that are judged as one, and how their values become the scores of words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compress/word_scorer.h"

namespace pith {

/// Words [first_word, end_word) of a context; never empty.
struct TextUnit {
  std::size_t context = 0;
  std::uint32_t first_word = 0;
  std::uint32_t end_word = 0;

  friend bool operator==(const TextUnit&, const TextUnit&) = default;
};

/// The sentences of the contexts, in the order of the result; cut where the structure's node changes, so that a unit
/// lies in one node.
[[nodiscard]] std::vector<TextUnit> sentence_units(const ScoringTask& task);

/// The bytes from a unit's first word to its last.
[[nodiscard]] std::string_view text_of(const ScoringTask& task, const TextUnit& unit);
[[nodiscard]] std::vector<std::string_view> texts_of(const ScoringTask& task, std::span<const TextUnit> units);

/// Sets `scores` and `unit_of_word` of every context in the order: the unit with the largest value scores 1, the others
/// evenly spaced below, all above 0; of equal values the earlier one scores higher. REQUIRES: the units tile the words
/// of those contexts; one value each, no NaN.
void score_units(const ScoringTask& task, std::span<const TextUnit> units, std::span<const double> values);

}  // namespace pith
