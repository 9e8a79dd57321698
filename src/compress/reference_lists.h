// Closed-class words of English that refer back, for keep_references().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pith {

/// What a pronoun may stand for.
enum class Agreement : std::uint8_t { kMale, kFemale, kThing, kPlural };

/// "he", "his", "them", ...; not "who" and "which", whose antecedent stands right before them.
[[nodiscard]] std::optional<Agreement> personal_pronoun(std::string_view folded);

/// What a title or an ending says about a name: "mr", "queen"; "inc", "university".
[[nodiscard]] std::optional<Agreement> name_hint(std::string_view folded);

/// A noun that a text calls a named thing or person by: "company", "city", "singer"; and as what.
[[nodiscard]] std::optional<Agreement> class_noun(std::string_view folded);
[[nodiscard]] bool names_a_person(std::string_view class_noun);

/// Articles, pronouns, prepositions, auxiliaries and words that begin sentences without being names.
[[nodiscard]] bool is_no_name(std::string_view folded);

/// Within a name: "of", "de", "van".
[[nodiscard]] bool joins_names(std::string_view folded);

}  // namespace pith
