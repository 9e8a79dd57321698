// Statements as a tree that can be pruned: see recognizers.h, add_code.
#pragma once

#include <string_view>
#include <vector>

#include "text/structure/code_lines.h"
#include "text/structure/tree_builder.h"

namespace pith {

/// How much a statement says, as an importance: comments little, imports some, code in the order it comes. `place` is
/// its number in its block, `depth` the block's. kByScores in a language that is not known.
[[nodiscard]] NodeOptions statement_options(std::string_view text, const CodeStatement& statement,
                                            const CodeLanguage& language, std::size_t place, std::size_t depth);

void add_brace_blocks(std::string_view text, const std::vector<CodeStatement>& statements, const CodeLanguage& language,
                      TreeBuilder& tree);
void add_indent_blocks(std::string_view text, const std::vector<CodeStatement>& statements,
                       const CodeLanguage& language, TreeBuilder& tree);
void add_keyword_blocks(std::string_view text, const std::vector<CodeStatement>& statements,
                        const CodeLanguage& language, TreeBuilder& tree);

}  // namespace pith
