#include <algorithm>
#include <array>
#include <string_view>

#include "text/structure/code_tree.h"

namespace pith {
namespace {

using What = CodeStatement::What;

constexpr std::array<std::string_view, 4> kClauses{"else", "elif", "except", "finally"};
constexpr std::array<std::string_view, 7> kCompound{"if", "for", "while", "try", "with", "async", "match"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Blocks of Python. What survives must parse, so a header brings the first statement of its body along, a clause its
/// `if` or `try`, and a `try` its first clause.
class IndentTree {
 public:
  IndentTree(std::string_view text, const std::vector<CodeStatement>& statements, const CodeLanguage& language,
             TreeBuilder& tree)
      : text_(text), statements_(statements), language_(language), tree_(tree) {
    next_code_.assign(statements.size(), kNone);
    std::size_t next = kNone;
    for (std::size_t i = statements.size(); i-- > 0;) {
      next_code_[i] = next;
      if (statements[i].what != What::kComment) next = i;
    }
  }

  void run() {
    for (std::size_t i = 0; i < statements_.size() && !tree_.is_full(); ++i) {
      add(i);
      last_end_ = statements_[i].span.end;
    }
    finish_whole(last_end_);
    if (decorators_ != kNoByte) tree_.leaf(Kind::kCodeLine, Policy::kWhole, {decorators_, last_end_});
    while (!blocks_.empty()) close();
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  static constexpr std::uint32_t kNoByte = ~std::uint32_t{0};

  struct Block {
    std::uint32_t column = 0;
    bool is_owner = false;  ///< may have clauses
    bool is_try = false;
    bool has_clause = false;
    bool has_body = false;
    std::size_t n_places = 0;
  };

  [[nodiscard]] bool is_clause(const CodeStatement& s) const { return is_one_of(first_word(text_, s), kClauses); }

  /// Closes the blocks that a statement like `s` is not in.
  void leave_for(const CodeStatement& s) {
    while (!blocks_.empty() && blocks_.back().column >= s.column) {
      if (blocks_.back().is_owner && blocks_.back().column == s.column && is_clause(s)) break;
      close();
    }
  }

  void close() {
    tree_.close(last_end_);
    blocks_.pop_back();
  }

  void add(std::size_t i) {
    const CodeStatement& s = statements_[i];
    if (s.what == What::kComment) {
      add_comment(i);
      return;
    }
    if (whole_begin_ != kNoByte) {
      if (s.column > whole_column_ || (s.column == whole_column_ && is_clause(s))) return;
      finish_whole(last_end_);
    }
    if (decorators_ == kNoByte) leave_for(s);
    if (s.span.of(text_).starts_with('@')) {
      if (decorators_ == kNoByte) decorators_ = s.span.begin;
      return;
    }
    const std::uint32_t begin = decorators_ == kNoByte ? s.span.begin : decorators_;
    decorators_ = kNoByte;
    const std::size_t next = next_code_[i];
    const bool is_header = s.ends_with_colon && next != kNone && statements_[next].column > s.column;
    const bool has_clauses = next != kNone && statements_[next].column == s.column && is_clause(statements_[next]);
    const bool is_required = takes_place(s, next);
    if (is_header && tree_.depth() + 2 < kMaxDepth) {
      Block block;
      block.column = s.column;
      block.is_owner = !is_clause(s);
      block.is_try = first_word(text_, s) == "try";
      tree_.open(Kind::kCodeBlock, Policy::kGroup, begin, {.is_required = is_required});
      blocks_.push_back(block);
    } else if (is_header || (has_clauses && !is_clause(s) && is_one_of(first_word(text_, s), kCompound))) {
      whole_begin_ = begin;
      whole_column_ = s.column;
      whole_is_required_ = is_required;
    } else {
      const std::size_t place = blocks_.empty() ? n_places_++ : blocks_.back().n_places++;
      NodeOptions options = statement_options(text_, s, language_, place, blocks_.size());
      options.is_required = is_required;
      const Kind kind = s.what == What::kDocString ? Kind::kComment : Kind::kCodeLine;
      tree_.leaf(kind, Policy::kWhole, {begin, s.span.end}, options);
    }
  }

  /// Whether the block around `s` cannot do without it.
  bool takes_place(const CodeStatement& s, std::size_t next) {
    if (blocks_.empty()) return false;
    Block& block = blocks_.back();
    if (block.column == s.column) {  // a clause
      const bool is_needed = block.is_try && !block.has_clause && first_word(text_, s) != "else";
      block.has_clause = true;
      return is_needed;
    }
    if (block.has_body) return false;
    const bool is_last = next == kNone || statements_[next].column < s.column;
    if (s.what == What::kDocString && !is_last) return false;
    block.has_body = true;
    return true;
  }

  void add_comment(std::size_t i) {
    const CodeStatement& s = statements_[i];
    if (decorators_ != kNoByte) return;
    const std::size_t next = next_code_[i];
    const bool ends_block = next != kNone && s.column <= statements_[next].column;
    if (whole_begin_ != kNoByte) {
      const bool stays = !ends_block || statements_[next].column > whole_column_ ||
                         (statements_[next].column == whole_column_ && is_clause(statements_[next]));
      if (stays) return;
      finish_whole(last_end_);
    }
    if (ends_block) leave_for(statements_[next]);
    tree_.leaf(Kind::kComment, Policy::kWhole, s.span, statement_options(text_, s, language_, 0, 0));
  }

  void finish_whole(std::uint32_t end) {
    if (whole_begin_ == kNoByte) return;
    tree_.leaf(Kind::kCodeBlock, Policy::kWhole, {whole_begin_, end}, {.is_required = whole_is_required_});
    whole_begin_ = kNoByte;
  }

  std::string_view text_;
  const std::vector<CodeStatement>& statements_;
  const CodeLanguage& language_;
  TreeBuilder& tree_;
  std::vector<std::size_t> next_code_;
  std::vector<Block> blocks_;
  std::size_t n_places_ = 0;
  std::uint32_t last_end_ = 0;
  std::uint32_t decorators_ = kNoByte;
  std::uint32_t whole_begin_ = kNoByte;
  std::uint32_t whole_column_ = 0;
  bool whole_is_required_ = false;
};

}  // namespace

void add_indent_blocks(std::string_view text, const std::vector<CodeStatement>& statements,
                       const CodeLanguage& language, TreeBuilder& tree) {
  IndentTree(text, statements, language, tree).run();
}

}  // namespace pith
