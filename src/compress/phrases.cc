#include "compress/phrases.h"

#include "compress/baselines/stop_words.h"

namespace pith {
namespace {

bool is_content(const PreparedContext& context, std::size_t w) {
  const Word& word = context.document.words[w];
  return !word.is_punctuation && !is_stop_word(word.span.of(context.text));
}

}  // namespace

std::vector<TextUnit> phrase_units(const ScoringTask& task, const std::vector<TextUnit>& units) {
  std::vector<TextUnit> phrases;
  for (const TextUnit& unit : units) {
    const PreparedContext& context = task.contexts[unit.context];
    bool goes_on = false;  // the last phrase is open for another word
    for (std::uint32_t w = unit.first_word; w < unit.end_word; ++w) {
      const bool has_content = is_content(context, w);
      if (goes_on && has_content && phrases.back().end_word - phrases.back().first_word < kMaxPhraseWords) {
        phrases.back().end_word = w + 1;
      } else {
        phrases.push_back({unit.context, w, w + 1});
      }
      goes_on = has_content;
    }
  }
  return phrases;
}

}  // namespace pith
