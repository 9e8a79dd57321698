// The words that lift_companions() knows: negations and comparisons of ten languages, and the closed classes they
// reach across. One table for all languages: a text may mix them, and what a homograph costs is a short word kept.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pith {

/// Where the words stand that a companion stays with. "Content" is a word that is neither in is_closed_class() nor a
/// companion.
enum class Scope : std::uint8_t {
  kNext,         ///< the next content words of the clause; if none follows, the last one before it
  kPrevious,     ///< the last content word before it; if there is none, the next
  kBoth,         ///< the last one before and the next one after it (`ne sait pas lire`)
  kBothAfterNe,  ///< the same, if `ne` or a word with n' stands up to three words before it in the clause; else none
  kNextNumber,   ///< the next word, or the one after an article, if it has a digit
  kBetween,      ///< two numbers with an `and` between them: `between 3 and 5`
};

struct Companion {
  std::string_view words;  ///< one, or several separated by a space, as fold_word() spells them
  Scope scope = Scope::kNext;
  std::uint8_t n_content = 1;  ///< of kNext: as many content words at most
};

[[nodiscard]] std::span<const Companion> companions();

/// Beginnings and ends of single words with scope kNext: `don't`, `keinen`.
[[nodiscard]] bool is_negation_by_form(std::string_view folded);

/// Articles, pronouns, prepositions, auxiliaries: what stands between a negation and its word.
[[nodiscard]] bool is_closed_class(std::string_view folded);

}  // namespace pith
