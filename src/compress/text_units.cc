#include "compress/text_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace pith {

std::vector<TextUnit> sentence_units(const ScoringTask& task) {
  std::vector<TextUnit> units;
  for (const std::size_t c : task.order) {
    const PreparedContext& context = task.contexts[c];
    for (const Sentence& sentence : context.document.sentences) {
      std::uint32_t first = sentence.first_word;
      for (std::uint32_t w = first + 1; w <= sentence.end_word; ++w) {
        const bool goes_on = w < sentence.end_word && (context.is_plain() || context.nodes[w] == context.nodes[first]);
        if (goes_on) continue;
        units.push_back({c, first, w});
        first = w;
      }
    }
  }
  return units;
}

std::string_view text_of(const ScoringTask& task, const TextUnit& unit) {
  const PreparedContext& context = task.contexts[unit.context];
  const ByteSpan span{context.document.words[unit.first_word].span.begin,
                      context.document.words[unit.end_word - 1].span.end};
  return span.of(context.text);
}

std::vector<std::string_view> texts_of(const ScoringTask& task, std::span<const TextUnit> units) {
  std::vector<std::string_view> texts;
  texts.reserve(units.size());
  for (const TextUnit& unit : units) texts.push_back(text_of(task, unit));
  return texts;
}

void score_units(const ScoringTask& task, std::span<const TextUnit> units, std::span<const double> values) {
  PITH_CHECK(units.size() == values.size(), fmt::format("{} values for {} units", values.size(), units.size()));
  const std::size_t n = units.size();
  std::vector<std::size_t> best_first(n);
  std::iota(best_first.begin(), best_first.end(), std::size_t{0});
  std::ranges::stable_sort(best_first, std::ranges::greater(), [&](std::size_t i) { return values[i]; });
  std::vector<float> score_of(n);
  for (std::size_t rank = 0; rank < n; ++rank) {
    score_of[best_first[rank]] = static_cast<float>(static_cast<double>(n - rank) / static_cast<double>(n));
  }
  for (const std::size_t c : task.order) {
    task.contexts[c].scores.assign(task.contexts[c].n_words(), 0);
    task.contexts[c].unit_of_word.assign(task.contexts[c].n_words(), 0);
  }
  for (std::size_t i = 0; i < n; ++i) {
    PreparedContext& context = task.contexts[units[i].context];
    for (std::uint32_t w = units[i].first_word; w < units[i].end_word; ++w) {
      context.scores[w] = score_of[i];
      context.unit_of_word[w] = static_cast<std::uint32_t>(i);
    }
  }
}

}  // namespace pith
