#include <algorithm>
#include <array>
#include <string>

#include "text/structure/code_tree.h"
#include "text/structure/line_scan.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

/// Code whose brackets do not balance is one piece, but not a large one.
constexpr std::size_t kMaxUnbalancedLines = 60;

void add_lines(std::string_view text, ByteSpan span, TreeBuilder& tree) {
  for (std::uint32_t at = span.begin; at < span.end && !tree.is_full();) {
    const ByteSpan line = without_indent(text, line_at(text, at, span.end, &at));
    tree.leaf(Kind::kCodeLine, Policy::kWhole, line);
  }
}

constexpr std::array<std::string_view, 9> kImports{"import",  "from",    "use",    "using", "include",
                                                   "require", "package", "export", "source"};

}  // namespace

NodeOptions statement_options(std::string_view text, const CodeStatement& statement, const CodeLanguage& language,
                              std::size_t place, std::size_t depth) {
  if (language.name.empty()) return {};
  if (statement.what == CodeStatement::What::kComment) return {.importance = 0.10F};
  if (statement.what == CodeStatement::What::kDocString) return {.importance = 0.25F};
  const std::string_view word = first_word(text, statement);
  const bool is_import = std::find(kImports.begin(), kImports.end(), word) != kImports.end() ||
                         statement.span.of(text).starts_with("#include");
  if (is_import) return {.importance = 0.35F};
  const float decay = 0.01F * static_cast<float>(std::min<std::size_t>(place, 20)) +
                      0.03F * static_cast<float>(std::min<std::size_t>(depth, 5));
  return {.importance = 0.65F - decay};
}

bool add_code(std::string_view text, ByteSpan span, std::string_view language, TreeBuilder& tree) {
  std::string name;
  for (const char c : language.substr(0, 32)) name += lower_byte(c);
  if (name.empty()) name = guess_language(span.of(text));
  const CodeLanguage& known = code_language(name);
  if (known.blocks == BlockStyle::kNone) {
    add_lines(text, span, tree);
    return true;
  }
  const CodeStatements code = split_code(text, span, known);
  if (!code.is_balanced) {
    const std::string_view content = span.of(text);
    if (static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n')) <= kMaxUnbalancedLines) {
      tree.leaf(Kind::kCodeBlock, Policy::kWhole, trimmed(text, span));
    } else {
      add_lines(text, span, tree);
    }
    return true;
  }
  switch (known.blocks) {
    case BlockStyle::kIndent:
      add_indent_blocks(text, code.statements, known, tree);
      break;
    case BlockStyle::kKeywords:
      add_keyword_blocks(text, code.statements, known, tree);
      break;
    default:
      add_brace_blocks(text, code.statements, known, tree);
  }
  return true;
}

}  // namespace pith
