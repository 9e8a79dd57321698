#include <algorithm>
#include <array>
#include <string_view>

#include "text/structure/code_tree.h"

namespace pith {
namespace {

using What = CodeStatement::What;

constexpr std::array<std::string_view, 5> kClosers{"end", "fi", "done", "esac", "until"};
constexpr std::array<std::string_view, 12> kClauses{"else", "elif", "elsif", "elseif", "rescue", "ensure",
                                                    "when", "then", "do",    "catch",  "after",  "in"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_closer(std::string_view text, const CodeStatement& s) {
  const char first = text[s.span.begin];
  return first == '}' || first == ')' || first == ']' || is_one_of(first_word(text, s), kClosers);
}

bool is_clause(std::string_view text, const CodeStatement& s) {
  return text[s.span.begin] == '{' || is_one_of(first_word(text, s), kClauses);
}

/// Does every closing word stand under the line that opened its block, with deeper lines between them?
bool is_well_indented(std::string_view text, const std::vector<CodeStatement>& statements) {
  std::vector<std::uint32_t> open;  // columns of lines that deeper ones may follow
  for (const CodeStatement& s : statements) {
    if (s.what == What::kComment) continue;
    while (!open.empty() && open.back() > s.column) open.pop_back();
    if (is_closer(text, s)) {
      if (open.empty() || open.back() != s.column) return false;
      open.pop_back();
    } else if (is_clause(text, s)) {
      if (open.empty() || open.back() != s.column) return false;
    } else {
      while (!open.empty() && open.back() == s.column) open.pop_back();
      open.push_back(s.column);
    }
  }
  return true;
}

}  // namespace

void add_keyword_blocks(std::string_view text, const std::vector<CodeStatement>& statements,
                        const CodeLanguage& language, TreeBuilder& tree) {
  if (statements.empty()) return;
  if (!is_well_indented(text, statements)) {
    tree.leaf(Kind::kCodeBlock, Policy::kWhole, {statements.front().span.begin, statements.back().span.end});
    return;
  }
  std::vector<std::uint32_t> open;  // columns of the blocks' headers
  std::uint32_t last_end = 0;
  std::size_t place = 0;
  std::uint32_t whole_begin = 0;
  std::uint32_t whole_column = 0;
  bool in_whole = false;
  const auto leave = [&](std::uint32_t column) {
    while (!open.empty() && open.back() >= column) {
      tree.close(last_end);
      open.pop_back();
    }
  };
  for (std::size_t i = 0; i < statements.size() && !tree.is_full(); ++i) {
    const CodeStatement& s = statements[i];
    if (s.what == What::kComment) {
      if (!in_whole) {
        tree.leaf(Kind::kComment, Policy::kWhole, s.span, statement_options(text, s, language, 0, 0));
        last_end = s.span.end;
      }
      continue;
    }
    const bool belongs = is_closer(text, s) || is_clause(text, s);
    if (in_whole) {
      if (s.column > whole_column || belongs) {
        last_end = s.span.end;
        continue;
      }
      tree.leaf(Kind::kCodeBlock, Policy::kWhole, {whole_begin, last_end});
      in_whole = false;
    }
    leave(belongs ? s.column + 1 : s.column);
    if (belongs) {
      if (is_closer(text, s) && !open.empty() && open.back() == s.column) {
        tree.close(s.span.end);
        open.pop_back();
      }
      last_end = s.span.end;
      continue;
    }
    std::size_t next = i + 1;
    while (next < statements.size() && statements[next].what == What::kComment) ++next;
    const bool is_header = next < statements.size() &&
                           (statements[next].column > s.column || is_closer(text, statements[next]) ||
                            is_clause(text, statements[next])) &&
                           statements[next].column >= s.column;
    if (is_header && tree.depth() + 2 >= kMaxDepth) {
      in_whole = true;
      whole_begin = s.span.begin;
      whole_column = s.column;
    } else if (is_header) {
      tree.open(Kind::kCodeBlock, Policy::kGroup, s.span.begin);
      open.push_back(s.column);
    } else {
      tree.leaf(Kind::kCodeLine, Policy::kWhole, s.span, statement_options(text, s, language, place++, open.size()));
    }
    last_end = s.span.end;
  }
  if (in_whole) tree.leaf(Kind::kCodeBlock, Policy::kWhole, {whole_begin, last_end});
  leave(0);
}

}  // namespace pith
