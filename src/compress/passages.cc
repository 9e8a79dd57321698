#include "compress/passages.h"

#include <algorithm>

#include "compress/prepared_context.h"

namespace pith {
namespace {

/// Fewer words than this are no passage at the end of a text.
constexpr std::size_t kMinLastWords = 20;

/// Whether a passage of `n_words` may end where the next sentence comes after `n_line_breaks`.
bool may_end(std::size_t n_words, std::uint32_t n_line_breaks) {
  return (n_line_breaks > 1 && n_words >= kParagraphWords) || (n_line_breaks > 0 && n_words >= kLineWords);
}

}  // namespace

void append_passages(std::uint32_t context, std::string_view text, const Document& document,
                     std::vector<Passage>* passages) {
  const std::vector<Word>& words = document.words;
  if (words.empty()) return;
  const auto passage_of = [&](std::uint32_t first, std::uint32_t end) {
    return Passage{context, first, end, {words[first].span.begin, words[end - 1].span.end}};
  };
  const auto n_words = static_cast<std::uint32_t>(words.size());
  if (words.size() <= kMaxPassageWords) {
    passages->push_back(passage_of(0, n_words));
    return;
  }
  const std::vector<Gap> gaps = find_gaps(text, words);
  const std::size_t n_before = passages->size();
  std::uint32_t first = 0;
  for (const Sentence& sentence : document.sentences) {
    const std::uint32_t at = sentence.first_word;
    const bool too_long = sentence.end_word - first > kMaxPassageWords;
    if (at > first && (too_long || may_end(at - first, gaps[at].n_line_breaks))) {
      passages->push_back(passage_of(first, at));
      first = at;
    }
  }
  if (n_words - first < kMinLastWords && passages->size() > n_before) {
    first = passages->back().first_word;
    passages->pop_back();
  }
  passages->push_back(passage_of(first, n_words));
}

}  // namespace pith
