// String operations of the reference pipeline with the exact meaning they have in Python and in Hugging Face's
// tokenizers library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pith {

/// Python's text.replace(old_text, new_text): all occurrences, left to right, without overlap. An empty `old_text`
/// matches before every code point and at the end.
[[nodiscard]] std::string replace_all(std::string_view text, std::string_view old_text, std::string_view new_text);

/// Python's text.lstrip(prefix) for one-character prefixes such as "#" or U+2581: removes every leading occurrence.
[[nodiscard]] std::string_view strip_leading(std::string_view text, std::string_view prefix);

/// re.search(r"\d", text): is there a Unicode decimal digit?
[[nodiscard]] bool has_decimal_digit(std::string_view text);

/// The words the library labels when it does not run the model: runs of word characters (letters, numbers, `_`) and
/// single characters of <>=/!@#$%^&*()?":{}|\`~;_+- ; everything else separates. They view `text`.
[[nodiscard]] std::vector<std::string_view> split_reference_words(std::string_view text);

/// Appends one element of a WordPiece sequence to `*text` as the library's decoder does: the first bare, one that
/// starts with `##` glued, any other after a space; then, within this element alone, spaces before punctuation and
/// English contractions are removed.
void append_wordpiece(std::string_view element, bool is_first, std::string* text);

}  // namespace pith
