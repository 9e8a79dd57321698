#include "text/structure/json_scan.h"

#include <fmt/format.h>

#include <algorithm>

namespace pith {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Scanner {
 public:
  Scanner(std::string_view text, ByteSpan span, JsonTape& tape)
      : text_(text), at_(span.begin), end_(span.end), tape_(tape) {}

  std::optional<JsonError> scan() {
    const std::size_t n_before = tape_.values.size();
    run();
    if (error_) tape_.values.resize(n_before);
    return error_;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < end_ ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < end_ && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  void fail_at(std::size_t at, std::string_view what, bool is_after_value = false) {
    if (!error_) error_ = JsonError{at, what, is_after_value};
  }
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(at_); }

  /// One member, element or closing bracket after the other; what is open is on a stack of our own.
  void run() {
    skip_space();
    begin_value({});
    while (!error_ && !is_object_.empty()) go_on();
    if (error_) return;
    skip_space();
    if (at_ < end_) fail_at(at_, "expected the end after the value", true);
  }

  void begin_value(ByteSpan key) {
    if (error_) return;
    const char c = peek();
    const std::uint32_t begin = here();
    if (at_ >= end_) return fail_at(at_, "the value is missing: the text ends");
    if (c == '{' || c == '[') return open(c == '{', key);
    JsonType type = JsonType::kString;
    if (c == '"') {
      scan_string();
    } else if (c == '-' || is_digit(c)) {
      type = JsonType::kNumber;
      scan_number();
    } else if (c == 't') {
      type = JsonType::kTrue;
      scan_word("true");
    } else if (c == 'f') {
      type = JsonType::kFalse;
      scan_word("false");
    } else if (c == 'n') {
      scan_word("null");
      type = JsonType::kNull;
    } else {
      return fail_at(at_, "expected a value");
    }
    if (!error_) record(type, {begin, here()}, key);
  }

  void open(bool is_object, ByteSpan key) {
    const bool is_deep = open_.size() >= kMaxTapeDepth;
    const bool is_recorded = open_.size() == is_object_.size();  // every level so far is on the tape
    const JsonType type = is_deep ? JsonType::kOpaque : is_object ? JsonType::kObject : JsonType::kArray;
    if (is_recorded && record(type, {here(), here()}, key)) {
      if (is_deep) {
        opaque_ = static_cast<std::uint32_t>(tape_.values.size() - 1);
      } else {
        open_.push_back(static_cast<std::uint32_t>(tape_.values.size() - 1));
      }
    }
    is_object_.push_back(is_object);
    is_fresh_ = true;
    ++at_;
  }

  void close() {
    ++at_;
    is_object_.pop_back();
    if (open_.size() > is_object_.size()) {
      JsonValue& value = tape_.values[open_.back()];
      value.span.end = here();
      value.end = static_cast<std::uint32_t>(tape_.values.size());
      open_.pop_back();
    } else if (open_.size() == is_object_.size() && opaque_ != 0) {
      tape_.values[opaque_].span.end = here();
      opaque_ = 0;
    }
  }

  void go_on() {
    skip_space();
    const bool is_object = is_object_.back();
    if (peek() == (is_object ? '}' : ']')) {
      is_fresh_ = false;
      return close();
    }
    if (!is_fresh_) {
      if (peek() != ',') return fail_at(at_, is_object ? "expected a comma or }" : "expected a comma or ]");
      ++at_;
      skip_space();
    }
    is_fresh_ = false;
    begin_value(is_object ? scan_key() : ByteSpan{});
  }

  ByteSpan scan_key() {
    const std::uint32_t begin = here();
    if (peek() != '"') {
      fail_at(at_, "expected a key in double quotes");
      return {};
    }
    scan_string();
    const ByteSpan key{begin, here()};
    skip_space();
    if (peek() != ':') fail_at(at_, "expected a colon after the key");
    ++at_;
    skip_space();
    return key;
  }

  /// False if the value finds no place on the tape.
  bool record(JsonType type, ByteSpan span, ByteSpan key) {
    if (open_.size() < is_object_.size()) return false;
    if (tape_.values.size() >= kMaxTapeValues) {
      if (!open_.empty()) tape_.values[open_.back()].is_cut = true;
      return false;
    }
    JsonValue value;
    value.span = span;
    value.key = key;
    value.end = static_cast<std::uint32_t>(tape_.values.size() + 1);
    value.type = type;
    tape_.values.push_back(value);
    return true;
  }

  void scan_string() {
    const std::size_t begin = at_++;
    for (; at_ < end_; ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail_at(at_, "a control character in a string must be escaped");
      if (c != '\\') continue;
      ++at_;
      const char escaped = peek();
      if (escaped == 'u') {
        for (int digit = 0; digit < 4; ++digit) {
          ++at_;
          if (!is_hex(peek())) return fail_at(at_, "expected four hexadecimal digits after \\u");
        }
      } else if (std::string_view("\"\\/bfnrt").find(escaped) == std::string_view::npos) {
        return fail_at(at_, "no such escape in JSON");
      }
    }
    fail_at(begin, "the string that begins here never ends");
  }

  void scan_digits() {
    if (!is_digit(peek())) return fail_at(at_, "expected a digit");
    while (is_digit(peek())) ++at_;
  }

  void scan_number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
      if (is_digit(peek())) return fail_at(at_, "a number does not begin with 0");
    } else {
      scan_digits();
    }
    if (peek() == '.') {
      ++at_;
      scan_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      scan_digits();
    }
  }

  void scan_word(std::string_view word) {
    if (text_.substr(at_, std::min(word.size(), end_ - at_)) != word) return fail_at(at_, "expected a value");
    at_ += word.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  JsonTape& tape_;
  std::vector<bool> is_object_;      ///< brackets open
  std::vector<std::uint32_t> open_;  ///< those of them, outermost first, that are on the tape
  bool is_fresh_ = false;            ///< the innermost bracket has nothing inside yet
  std::uint32_t opaque_ = 0;         ///< the one whose inside is not, or 0
  std::optional<JsonError> error_;
};

}  // namespace

std::optional<JsonError> scan_json(std::string_view text, ByteSpan span, JsonTape& tape) {
  return Scanner(text, span, tape).scan();
}

std::string line_and_column(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last_break = before.rfind('\n');
  const std::size_t column = last_break == std::string_view::npos ? at + 1 : at - last_break;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace pith
