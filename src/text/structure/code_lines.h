// Source text as statements: a line with everything that must stay with it, as its brackets and strings say.
//
//   foo(a,          one statement, as the parenthesis is open at the end of the line
//       "b");
//   if (x) {        one that opens a block
//   /* why */       a comment
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/structure/code_language.h"

namespace pith {

struct CodeStatement {
  enum class What : std::uint8_t { kCode, kComment, kDocString };
  ByteSpan span;                   ///< from its first byte that is no white space to its last
  std::uint32_t column = 0;        ///< of its first byte; a tab goes to the next multiple of 8
  std::uint32_t depth_before = 0;  ///< open braces
  std::uint32_t depth_least = 0;
  std::uint32_t depth_after = 0;
  What what = What::kCode;
  bool ends_with_colon = false;  ///< its last byte that is no comment
};

struct CodeStatements {
  std::vector<CodeStatement> statements;
  bool is_balanced = true;
};

[[nodiscard]] CodeStatements split_code(std::string_view text, ByteSpan span, const CodeLanguage& language);

/// The first word of a statement: letters, digits and underscores ("" where it begins otherwise).
[[nodiscard]] std::string_view first_word(std::string_view text, const CodeStatement& statement);

}  // namespace pith
