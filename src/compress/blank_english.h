// English tokens as a blank spaCy pipeline (3.8) cuts them: reference mode's phrases of Selective-Context where no
// parser finds noun chunks.
//
// At each white space; then punctuation is taken off both ends of what remains, one mark at a time, until it is one of
// the exceptions (contractions, abbreviations) or nothing comes off; the rest is cut at dots, symbols and hyphens
// within words, unless it is a URL. Not followed: the exceptions for emoticons, units of Arabic and Cyrillic script,
// exceptions that only appear once their parts have been cut, and spaCy's own tables of letters (ICU's properties are
// used).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pith {

/// Lengths of the tokens of `text`, in code points, in order: each with the single space before it, if there is one, so
/// that they add up to the length of `text` where that neither begins nor ends with a space and has no two in a row.
/// Linear but for what the exceptions cost (constant each).
[[nodiscard]] std::vector<std::size_t> blank_english_tokens(std::u32string_view text);

/// Words that are one token, or several of these lengths, whatever the rules say.
using TokenExceptions = std::unordered_map<std::u32string, std::vector<std::size_t>>;
inline constexpr std::size_t kLongestTokenException = 12;
[[nodiscard]] const TokenExceptions& blank_english_exceptions();

}  // namespace pith
