// What the line scanner must know of a programming language.
#pragma once

#include <cstdint>
#include <string_view>

namespace pith {

/// How blocks show.
enum class BlockStyle : std::uint8_t {
  kNone,      ///< not source text: lines
  kBraces,    ///< { }
  kIndent,    ///< Python: a colon and deeper lines
  kKeywords,  ///< deeper lines up to `end`, `fi`, `done`
};

struct CodeLanguage {
  std::string_view name;
  BlockStyle blocks = BlockStyle::kBraces;
  std::string_view line_comment;
  bool has_block_comments = false;    ///< /* */
  bool has_triple_quotes = false;     ///< """ and '''
  bool has_backtick_strings = false;  ///< over several lines
  bool has_lifetimes = false;         ///< ' begins a character of one sign only
  bool has_brackets = true;           ///< ( and [ are balanced
};

/// By a fence's info string in lower case; what is not known is read as braces with no comments.
[[nodiscard]] const CodeLanguage& code_language(std::string_view name);
/// "python" for a text that reads like it, else "".
[[nodiscard]] std::string_view guess_language(std::string_view code);

}  // namespace pith
