#include <algorithm>
#include <array>

#include "text/structure/code_tree.h"

namespace pith {
namespace {

using What = CodeStatement::What;

constexpr std::array<std::string_view, 3> kClauses{"else", "catch", "finally"};
constexpr std::array<std::string_view, 5> kHeaders{"if", "else", "for", "while", "do"};

/// Statements that are one though they stand on several lines: `void f()` and `{`, `if (x)` and `return;`.
std::vector<CodeStatement> joined(std::string_view text, const std::vector<CodeStatement>& statements) {
  std::vector<CodeStatement> out;
  for (const CodeStatement& statement : statements) {
    if (!out.empty() && out.back().what == What::kCode && statement.what == What::kCode) {
      CodeStatement& last = out.back();
      const std::string_view before = last.span.of(text);
      const char end = before.back();
      const std::string_view word = first_word(text, last);
      const bool is_headless = end != ';' && end != '{' && end != '}' && last.depth_after == last.depth_before &&
                               std::find(kHeaders.begin(), kHeaders.end(), word) != kHeaders.end();
      const bool is_brace = statement.span.of(text).starts_with('{') && end != ';' && end != '{' && end != '}';
      const bool is_else = first_word(text, statement) == "else" && end == ';' &&
                           last.depth_after == last.depth_before && statement.depth_least == statement.depth_before;
      const bool keeps_depth = statement.depth_least >= statement.depth_before;
      if ((is_headless || is_brace || (is_else && statement.depth_after == statement.depth_before)) && keeps_depth) {
        last.span.end = statement.span.end;
        last.depth_after = statement.depth_after;
        continue;
      }
    }
    out.push_back(statement);
  }
  return out;
}

class BraceTree {
 public:
  BraceTree(std::string_view text, const CodeLanguage& language, TreeBuilder& tree)
      : text_(text), language_(language), tree_(tree), n_places_(1, 0) {}

  void run(const std::vector<CodeStatement>& statements) {
    for (std::size_t i = 0; i < statements.size() && !tree_.is_full(); ++i) {
      add(statements[i], statements[i].what == What::kCode && continues(statements, i + 1));
      last_end_ = statements[i].span.end;
    }
    while (!groups_.empty()) close(last_end_);
  }

 private:
  struct Group {
    std::uint32_t level = 0;  ///< braces open before it
    std::uint32_t node = 0;
    bool waits = false;  ///< closed, but an else comes
  };

  /// Is the next statement behind comments an `else` or its like?
  [[nodiscard]] bool continues(const std::vector<CodeStatement>& statements, std::size_t next) const {
    for (; next < statements.size(); ++next) {
      if (statements[next].what == What::kComment) continue;
      const std::string_view word = first_word(text_, statements[next]);
      return std::find(kClauses.begin(), kClauses.end(), word) != kClauses.end();
    }
    return false;
  }

  void add(const CodeStatement& s, bool clause_follows) {
    if (whole_begin_ != kNone) {
      if (s.depth_after > whole_level_) return;
      tree_.leaf(Kind::kCodeBlock, Policy::kWhole, {whole_begin_, s.span.end});
      whole_begin_ = kNone;
      return;
    }
    // A clause after a closed block is part of that block's frame.
    if (!groups_.empty() && groups_.back().waits && s.what == What::kCode && s.depth_before == groups_.back().level &&
        s.depth_least == s.depth_before) {
      groups_.back().waits = false;
      if (s.depth_after == s.depth_before && !clause_follows) {
        close(s.span.end);
      } else {
        groups_.back().waits = s.depth_after == s.depth_before;
      }
      return;
    }
    if (s.depth_least < s.depth_before) {
      add_closing(s, clause_follows);
    } else if (s.depth_after > s.depth_before) {
      open(s);
    } else {
      const bool is_code = s.what == What::kCode;
      tree_.leaf(is_code ? Kind::kCodeLine : Kind::kComment, Policy::kWhole, s.span,
                 statement_options(text_, s, language_, n_places_.back(), groups_.size()));
      if (is_code) ++n_places_.back();
    }
  }

  void add_closing(const CodeStatement& s, bool clause_follows) {
    while (groups_.size() > 1 && groups_[groups_.size() - 2].level >= s.depth_least) close_into_parent();
    if (groups_.empty()) return;
    if (groups_.back().level < s.depth_least) return;  // one of several braces its header opened
    if (groups_.back().level > s.depth_least) {
      close_into_parent();
    } else if (s.depth_after == s.depth_least) {
      if (clause_follows) {
        groups_.back().waits = true;
      } else {
        close(s.span.end);
      }
    }
  }

  void open(const CodeStatement& s) {
    if (tree_.depth() + 2 >= kMaxDepth) {
      whole_begin_ = s.span.begin;
      whole_level_ = s.depth_before;
      return;
    }
    ++n_places_.back();
    groups_.push_back({s.depth_before, tree_.open(Kind::kCodeBlock, Policy::kGroup, s.span.begin), false});
    n_places_.push_back(0);
  }

  void close(std::uint32_t end) {
    tree_.close(end);
    groups_.pop_back();
    n_places_.pop_back();
  }

  /// The line that closes this group closes its parent too, and is in the parent's frame: they stay together.
  void close_into_parent() {
    tree_.node(groups_.back().node).is_required = true;
    close(last_end_);
  }

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::string_view text_;
  const CodeLanguage& language_;
  TreeBuilder& tree_;
  std::vector<Group> groups_;
  std::vector<std::size_t> n_places_;
  std::uint32_t last_end_ = 0;
  std::uint32_t whole_begin_ = kNone;
  std::uint32_t whole_level_ = 0;
};

}  // namespace

void add_brace_blocks(std::string_view text, const std::vector<CodeStatement>& statements, const CodeLanguage& language,
                      TreeBuilder& tree) {
  BraceTree(text, language, tree).run(language.name.empty() ? statements : joined(text, statements));
}

}  // namespace pith
