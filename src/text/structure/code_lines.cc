#include "text/structure/code_lines.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/structure/line_scan.h"

namespace pith {
namespace {

char opener_of(char close) { return close == ')' ? '(' : close == ']' ? '[' : '{'; }

class Scanner {
 public:
  Scanner(std::string_view text, ByteSpan span, const CodeLanguage& language)
      : text_(text.substr(0, span.end)), at_(span.begin), end_(span.end), language_(language) {}

  CodeStatements run() {
    while (at_ < end_) {
      skip_blank();
      if (at_ < end_) statement();
    }
    out_.is_balanced = out_.is_balanced && open_.empty();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool sees(std::string_view what) const {
    return !what.empty() && text_.substr(at_, what.size()) == what;
  }

  void skip_blank() {
    for (; at_ < end_ && is_space_byte(text_[at_]); ++at_) {
      if (text_[at_] == '\n') {
        column_ = 0;
      } else {
        column_ += text_[at_] == '\t' ? 8 - column_ % 8 : 1;
      }
    }
  }

  void statement() {
    CodeStatement statement;
    statement.span = {at_, at_};
    statement.column = column_;
    statement.depth_before = statement.depth_least = n_braces_;
    bool has_code = false;
    bool is_string_only = true;
    least_ = n_braces_;
    last_code_ = '\0';
    if (language_.name == "shell" || language_.name == "ruby" || language_.name == "php") find_here_document();
    while (at_ < end_) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!continues()) break;
        ++at_;
        if (!here_end_.empty()) {
          take_here_document();
          statement.span.end = at_;
        }
        continue;
      }
      if (is_space_byte(c)) {
        ++at_;
        continue;
      }
      if (sees(language_.line_comment) && (language_.line_comment != "#" || begins_comment())) {
        while (at_ < end_ && text_[at_] != '\n') ++at_;
        statement.span.end = at_;
        continue;
      }
      if (language_.has_block_comments && sees("/*")) {
        take_until("*/", 2);
        statement.span.end = at_;
        continue;
      }
      has_code = true;
      if (!take_string()) {
        is_string_only = false;
        take_byte(c);
      }
      statement.span.end = at_;
    }
    while (statement.span.end > statement.span.begin && is_space_byte(text_[statement.span.end - 1])) {
      --statement.span.end;
    }
    statement.depth_least = least_;
    statement.depth_after = n_braces_;
    statement.ends_with_colon = last_code_ == ':';
    if (!has_code) {
      statement.what = CodeStatement::What::kComment;
    } else if (is_string_only && language_.has_triple_quotes) {
      statement.what = CodeStatement::What::kDocString;
    }
    if (statement.span.end > statement.span.begin) out_.statements.push_back(statement);
  }

  /// In shells a # begins a comment only behind white space.
  [[nodiscard]] bool begins_comment() const {
    return language_.name != "shell" || at_ == 0 || is_space_byte(text_[at_ - 1]);
  }

  [[nodiscard]] bool continues() const {
    if (!here_end_.empty()) return true;
    if (at_ > 0 && text_[at_ - 1] == '\\' && language_.name != "") return true;
    if (at_ > 1 && text_[at_ - 1] == '\r' && text_[at_ - 2] == '\\') return true;
    if (open_.empty()) return false;
    return language_.blocks == BlockStyle::kIndent || open_.back() != '{';
  }

  void take_byte(char c) {
    ++at_;
    last_code_ = c;
    if (c == '\\' && at_ < end_ && text_[at_] != '\n' && text_[at_] != '\r') {
      ++at_;
      return;
    }
    const bool counts = language_.has_brackets || c == '{' || c == '}';
    if (!counts || language_.blocks == BlockStyle::kNone) return;
    if (language_.blocks == BlockStyle::kKeywords && !language_.has_brackets) return;
    if (c == '(' || c == '[' || c == '{') {
      open_.push_back(c);
      if (c == '{') ++n_braces_;
    } else if (c == ')' || c == ']' || c == '}') {
      if (open_.empty() || open_.back() != opener_of(c)) {
        out_.is_balanced = false;
        return;
      }
      open_.pop_back();
      if (c == '}') least_ = std::min(least_, --n_braces_);
    }
  }

  void take_until(std::string_view close, std::uint32_t from) {
    const std::size_t found = text_.find(close, at_ + from);
    at_ = found == std::string_view::npos ? end_ : static_cast<std::uint32_t>(found + close.size());
  }

  /// A string at the cursor. What is not closed on its line is none, but for those that may go over lines.
  bool take_string() {
    const char quote = text_[at_];
    if (quote != '"' && quote != '\'' && quote != '`') return false;
    if (language_.blocks == BlockStyle::kNone) return false;
    if (language_.has_triple_quotes && (sees("\"\"\"") || sees("'''"))) {
      const std::string close(3, quote);
      std::uint32_t to = at_ + 3;
      while (to < end_ && text_.substr(to, 3) != close) to += text_[to] == '\\' ? 2U : 1U;
      at_ = std::min(end_, to + 3);
      last_code_ = quote;
      return true;
    }
    const bool over_lines = quote == '`' ? language_.has_backtick_strings : language_.name == "shell";
    if (quote == '`' && !over_lines) return false;
    if (quote == '\'' && language_.has_lifetimes) {
      const bool is_char = text_.substr(at_ + 1).starts_with('\\') || (at_ + 2 < end_ && text_[at_ + 2] == '\'');
      if (!is_char) return false;
    }
    for (std::uint32_t to = at_ + 1; to < end_; ++to) {
      if (text_[to] == '\\' && !(quote == '\'' && language_.name == "shell")) {
        ++to;
      } else if (text_[to] == quote) {
        at_ = to + 1;
        last_code_ = quote;
        return true;
      } else if (text_[to] == '\n' && !over_lines) {
        return false;
      } else if (over_lines && to - at_ > kMaxStringBytes) {
        return false;
      }
    }
    return false;
  }

  /// `<<EOF`: the lines up to one that says EOF belong to the statement.
  void find_here_document() {
    const std::size_t line_end = std::min<std::size_t>(text_.find('\n', at_), end_);
    const std::string_view line = text_.substr(at_, line_end - at_);
    std::size_t from = line.find("<<");
    if (from == std::string_view::npos || line.substr(from, 3) == "<<<") return;
    from += 2;
    while (from < line.size() && (line[from] == '-' || line[from] == '~' || line[from] == '\'' || line[from] == '"'))
      ++from;
    std::size_t to = from;
    while (to < line.size() && (is_letter_byte(line[to]) || line[to] == '_')) ++to;
    here_end_ = line.substr(from, to - from);
  }

  void take_here_document() {
    const std::string_view word = here_end_;
    here_end_ = {};
    while (at_ < end_) {
      std::uint32_t next = at_;
      const ByteSpan line = line_at(text_, at_, end_, &next);
      const bool is_end = without_indent(text_, line).of(text_) == word;
      at_ = is_end ? line.end : next;
      if (is_end) return;
    }
  }

  static constexpr std::uint32_t kMaxStringBytes = 1U << 16;

  std::string_view text_;
  std::uint32_t at_;
  std::uint32_t end_;
  const CodeLanguage& language_;
  std::uint32_t column_ = 0;
  std::vector<char> open_;
  std::uint32_t n_braces_ = 0;
  std::uint32_t least_ = 0;
  char last_code_ = '\0';
  std::string_view here_end_;
  CodeStatements out_;
};

}  // namespace

CodeStatements split_code(std::string_view text, ByteSpan span, const CodeLanguage& language) {
  return Scanner(text, span, language).run();
}

std::string_view first_word(std::string_view text, const CodeStatement& statement) {
  const std::string_view code = statement.span.of(text);
  std::size_t n = 0;
  while (n < code.size() && (is_letter_byte(code[n]) || is_digit_byte(code[n]) || code[n] == '_')) ++n;
  return code.substr(0, n);
}

}  // namespace pith
