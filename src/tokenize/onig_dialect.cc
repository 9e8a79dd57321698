#include "tokenize/onig_dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "text/utf8.h"

namespace pith {
namespace {

// \s is White_Space: PCRE2's also has U+180E. Contents of a class, and of its complement.
constexpr std::string_view kSpace =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr std::string_view kNotSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
// \w: the property Word. On its own, not in a class, Oniguruma also takes six numbers of Latin-1 for it.
constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
constexpr std::string_view kWordAlone = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";

/// General categories; they are spelled alike. Other properties are scripts (or refused by PCRE2).
constexpr std::array<std::string_view, 37> kCategories{
    "C",  "Cc", "Cf", "Cn", "Co", "Cs", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",  "Mc", "Me", "Mn", "N",  "Nd", "Nl",
    "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"};

constexpr std::string_view kPunctuation = R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~ )";

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (at_ < pattern_.size() && !refused_) {
      const char c = pattern_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        char_class();
      } else if (c == '(') {
        open_group();
      } else if (c == ')') {
        if (!caseless_.empty()) caseless_.pop_back();
        take(1);
        repeatable_ = true;
      } else if (c == '{') {
        interval();
      } else if (c == '*' || c == '+' || c == '?') {
        quantifier(1);
      } else if (c == '^' || c == '$') {
        refuse(1);  // of a line here, of the text there
      } else if (c == '.' || c == '|') {
        take(1);
        last_literal_ = '\0';
        repeatable_ = c == '.';
      } else {
        literal();
      }
    }
    if (refused_) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("\"{}\" at byte {} of the pattern is not supported", *refused_, at_));
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return pattern_.substr(at_); }
  [[nodiscard]] bool caseless() const { return !caseless_.empty() && caseless_.back(); }

  void take(std::size_t n) {
    out_ += rest().substr(0, n);
    at_ += std::min(n, pattern_.size() - at_);
  }
  void replace(std::size_t n, std::string_view by) {
    out_ += by;
    at_ += n;
  }
  void refuse(std::size_t n) {
    if (!refused_) refused_ = std::string(rest().substr(0, n));
  }
  /// What comes next may be a quantifier.
  void after_item() {
    last_literal_ = '\0';
    repeatable_ = true;
  }

  void literal() {
    const CodePoint c = decode_code_point(pattern_, at_);
    if (!c.valid || c.value == 0) return refuse(c.n_bytes);
    if (caseless()) {
      // Oniguruma also folds one character to several (the sharp s to ss, ligatures); PCRE2 does not.
      if (c.n_bytes > 1) return refuse(c.n_bytes);
      const char now = lower(pattern_[at_]);
      const bool folds = (last_literal_ == 's' && (now == 's' || now == 't')) ||
                         (last_literal_ == 'f' && (now == 'f' || now == 'i' || now == 'l'));
      if (folds) return refuse(1);
      take(1);
      after_item();
      last_literal_ = now;
      return;
    }
    take(c.n_bytes);
    after_item();
  }

  void open_group() {
    constexpr std::array<std::string_view, 8> kKinds{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"};
    bool inner = caseless();
    if (!rest().starts_with("(?")) {
      take(1);
    } else {
      const auto* const kind =
          std::find_if(kKinds.begin(), kKinds.end(), [&](std::string_view k) { return rest().starts_with(k); });
      if (kind == kKinds.end()) return refuse(4);
      if (*kind == "(?i:") inner = true;
      if (*kind == "(?-i:") inner = false;
      take(kind->size());
    }
    caseless_.push_back(inner);
    repeatable_ = false;
  }

  /// A quantifier of `n` bytes and what may follow it: ? makes it lazy, + possessive.
  void quantifier(std::size_t n) {
    if (!repeatable_) return refuse(n);
    take(n);
    if (rest().starts_with('?') || rest().starts_with('+')) take(1);
    last_literal_ = '\0';
    repeatable_ = false;  // of several in a row the dialects think differently
  }

  void interval() {
    // {n} {n,} {n,m} {,m}
    std::size_t n = 1;
    const auto digits = [&] {
      const std::size_t from = n;
      while (n < rest().size() && rest()[n] >= '0' && rest()[n] <= '9') ++n;
      return n - from;
    };
    const std::size_t low = digits();
    const bool comma = n < rest().size() && rest()[n] == ',';
    if (comma) ++n;
    const std::size_t high = comma ? digits() : 0;
    if (n >= rest().size() || rest()[n] != '}' || low + high == 0) return refuse(1);
    ++n;
    const char behind = n < rest().size() ? rest()[n] : '\0';
    // Here {n,m}+ repeats the repetition and {n}? makes it optional.
    if (behind == '+' || (behind == '?' && !comma)) return refuse(n + 1);
    if (low == 0) {
      if (!repeatable_) return refuse(n);
      out_ += "{0";
      ++at_;
      --n;
    }
    quantifier(n);
  }

  void char_class() {
    take(1);
    if (rest().starts_with('^')) take(1);
    if (rest().starts_with(']')) return refuse(1);
    while (at_ < pattern_.size() && !refused_ && pattern_[at_] != ']') {
      if (pattern_[at_] == '[' || rest().starts_with("&&")) return refuse(2);
      if (pattern_[at_] == '\\') {
        escape(true);
        continue;
      }
      const CodePoint c = decode_code_point(pattern_, at_);
      if (!c.valid || c.value == 0 || (caseless() && c.n_bytes > 1)) return refuse(c.n_bytes);
      take(c.n_bytes);
    }
    if (refused_) return;
    take(1);
    after_item();
  }

  /// A set of characters, given by the contents of a class.
  void set(std::size_t n, bool in_class, bool complement, std::string_view contents) {
    if (in_class) {
      replace(n, contents);
    } else {
      replace(n, fmt::format("[{}{}]", complement ? "^" : "", contents));
    }
    after_item();
  }

  void escape(bool in_class) {
    if (rest().size() < 2) return refuse(1);
    const char c = rest()[1];
    switch (c) {
      case 's':
        return set(2, in_class, false, kSpace);
      case 'S':
        return set(2, in_class, false, kNotSpace);
      case 'w':
        if (caseless()) return refuse(2);
        return set(2, in_class, false, in_class ? kWord : kWordAlone);
      case 'W':
        if (in_class || caseless()) return refuse(2);
        return set(2, in_class, true, kWordAlone);
      case 'd':
      case 'D':
      case 'r':
      case 'n':
      case 't':
      case 'f':
      case 'a':
      case 'e':
        take(2);
        return after_item();
      case 'v':
        replace(2, "\\x{b}");
        return after_item();
      case 'p':
      case 'P':
        return property();
      case 'x':
      case 'u':
        return code_point(c);
      case 'A':
      case 'z':
        if (in_class) return refuse(2);
        take(2);
        repeatable_ = false;
        last_literal_ = '\0';
        return;
      default:
        break;
    }
    if (is_letter_or_digit(c) || kPunctuation.find(c) == std::string_view::npos) return refuse(2);
    take(2);
    after_item();
  }

  void property() {
    const std::size_t end = rest().find('}');
    // Whether a caseless \p{Lu} takes lower case depends on the version of PCRE2.
    if (caseless() || rest().size() < 4 || rest()[2] != '{' || end == std::string_view::npos) return refuse(2);
    std::string_view name = rest().substr(3, end - 3);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_letter_or_digit)) return refuse(end + 1);
    const bool category = std::find(kCategories.begin(), kCategories.end(), name) != kCategories.end();
    if (!category && name.size() < 3) return refuse(end + 1);
    const bool outside = negated != (rest()[1] == 'P');
    replace(end + 1, fmt::format("\\{}{{{}{}}}", outside ? 'P' : 'p', category ? "" : "sc:", name));
    after_item();
  }

  /// \xHH of ASCII, \x{H...}, \uHHHH
  void code_point(char kind) {
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f'); };
    std::string_view digits;
    std::size_t n = 0;
    if (kind == 'x' && rest().size() > 2 && rest()[2] == '{') {
      const std::size_t end = rest().find('}');
      if (end == std::string_view::npos) return refuse(3);
      digits = rest().substr(3, end - 3);
      n = end + 1;
    } else {
      digits = rest().substr(2, kind == 'x' ? 2 : 4);
      n = 2 + digits.size();
      if (digits.size() != (kind == 'x' ? 2u : 4u)) return refuse(n);
    }
    if (digits.empty() || digits.size() > 6 || !std::all_of(digits.begin(), digits.end(), is_hex)) return refuse(n);
    char32_t value = 0;
    for (const char c : digits) {
      value = value * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : lower(c) - 'a' + 10);
    }
    const bool single_byte = kind == 'x' && rest()[2] != '{';
    if (value == 0 || value > 0x10FFFF || (single_byte && value >= 0x80) || (caseless() && value >= 0x80)) {
      return refuse(n);
    }
    replace(n, fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(value)));
    after_item();
  }

  const std::string_view pattern_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<bool> caseless_;  ///< of the groups that are open
  char last_literal_ = '\0';    ///< the character before, if it is a literal in a caseless group
  bool repeatable_ = false;     ///< an item that a quantifier may follow
  std::optional<std::string> refused_;
};

}  // namespace

Result<std::string> translate_onig_pattern(std::string_view pattern) { return Translator(pattern).run(); }

}  // namespace pith
