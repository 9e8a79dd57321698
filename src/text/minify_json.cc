#include <string>

#include "text/minify_passes.h"

namespace pith {
namespace {

bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Reads one object or array and records the white space in it.
class JsonSpace {
 public:
  JsonSpace(std::string_view text, KeptSpans* kept) : text_(text), kept_(kept) {}

  void skip_space() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
    if (at_ > begin) kept_->erase(begin, at_);
  }

  /// Blanks and line breaks after a value of JSON Lines: of its line feeds the first stays. False if there is none.
  bool end_line() {
    bool has_line_feed = false;
    for (; at_ < text_.size() && is_json_space(text_[at_]); ++at_) {
      const bool stays = text_[at_] == '\n' && !has_line_feed;
      has_line_feed |= stays;
      if (!stays) kept_->erase(at_, at_ + 1);
    }
    return has_line_feed || at_ == text_.size();
  }

  /// The object or array that begins here; with `one_line` it has no line feed inside.
  bool read_value(bool one_line) {
    if (at_ == text_.size() || (text_[at_] != '{' && text_[at_] != '[')) return false;
    const std::size_t begin = at_;
    open_.clear();
    enum class Next { kValue, kValueOrEnd, kKey, kKeyOrEnd, kSeparator };
    Next next = Next::kValue;
    do {
      if (at_ > begin) skip_space();
      if (at_ == text_.size()) return false;
      const char c = text_[at_];
      const bool may_end = next == Next::kValueOrEnd || next == Next::kKeyOrEnd || next == Next::kSeparator;
      if (may_end && (c == '}' || c == ']')) {
        if (open_.back() != (c == '}' ? '{' : '[')) return false;
        open_.pop_back();
        ++at_;
        next = Next::kSeparator;
      } else if (next == Next::kSeparator) {
        if (c != ',') return false;
        ++at_;
        next = open_.back() == '{' ? Next::kKey : Next::kValue;
      } else if (next == Next::kKey || next == Next::kKeyOrEnd) {
        if (!read_string()) return false;
        skip_space();
        if (at_ == text_.size() || text_[at_] != ':') return false;
        ++at_;
        next = Next::kValue;
      } else if (c == '{' || c == '[') {
        open_ += c;
        ++at_;
        next = c == '{' ? Next::kKeyOrEnd : Next::kValueOrEnd;
      } else {
        if (!read_scalar()) return false;
        next = Next::kSeparator;
      }
    } while (!open_.empty());
    return !one_line || text_.substr(begin, at_ - begin).find('\n') == std::string_view::npos;
  }

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool read_string() {
    if (peek() != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') continue;
      ++at_;
      if (peek() == 'u') {
        for (int i = 0; i < 4; ++i) {
          ++at_;
          if (!is_hex_digit(peek())) return false;
        }
      } else if (peek() == '\0' || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
        return false;
      }
    }
    return false;
  }

  bool read_digits() {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool read_scalar() {
    if (peek() == '"') return read_string();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return true;
      }
    }
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!read_digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!read_digits()) return false;
    }
    if (peek() != 'e' && peek() != 'E') return true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    return read_digits();
  }

  std::string_view text_;
  KeptSpans* kept_;
  std::size_t at_ = 0;
  std::string open_;  // brackets
};

}  // namespace

std::optional<std::vector<ByteSpan>> without_json_space(std::string_view text) {
  {
    KeptSpans kept;
    JsonSpace json(text, &kept);
    json.skip_space();
    if (!json.read_value(false)) return std::nullopt;
    json.skip_space();
    if (json.at_end()) return kept.finish(text.size());
  }
  KeptSpans kept;
  JsonSpace json(text, &kept);
  json.skip_space();
  while (!json.at_end()) {
    if (!json.read_value(true) || !json.end_line()) return std::nullopt;
  }
  return kept.finish(text.size());
}

}  // namespace pith
