// What Punkt (Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection") has learnt about a
// language: read from a folder in the layout of NLTK's data set punkt_tab. Nothing of it ships with Pith.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "pith/result.h"

namespace pith {

/// Word types are lower case; numbers are "##number##".
struct PunktParameters {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Types = std::unordered_set<std::string, Hash, std::equal_to<>>;

  Types abbreviations;      ///< without the final period
  Types collocations;       ///< "first\tsecond": a period between the two ends no sentence
  Types sentence_starters;  ///< words that often begin one
  /// How a word has been seen: bits 1 to 3 with an upper-case first letter at the beginning of a sentence, inside one,
  /// in an unknown place; bits 4 to 6 the same with a lower-case letter.
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> orthography;
};

/// Reads abbrev_types.txt, collocations.tab, sent_starters.txt and ortho_context.tab of `folder`.
/// Errors: kNotFound, kIo, kBadInput (a line of a wrong form; the message names file and line).
[[nodiscard]] Result<PunktParameters> read_punkt_parameters(const std::string& folder);

/// The user's own NLTK data: the first folder tokenizers/punkt_tab/english (with a file abbrev_types.txt) under the
/// entries of $NLTK_DATA (separated by colons), ~/nltk_data and the four system folders NLTK looks in. Nothing if there
/// is none.
[[nodiscard]] std::optional<std::string> find_punkt_parameters();

}  // namespace pith
