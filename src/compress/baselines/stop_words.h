// English stop words: words that say little about what a text is about.
#pragma once

#include <string_view>

namespace pith {

/// Whether `word` (in any case) is an English stop word: bm25.h's function words, the other pronouns, the common
/// prepositions and adverbs, and contractions of these ("don't", "it's", "they'll").
[[nodiscard]] bool is_stop_word(std::string_view word);

}  // namespace pith
