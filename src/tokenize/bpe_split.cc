// The patterns, as tiktoken 0.14 has them (tiktoken_ext/openai_public.py):
//
// o200k_base, one alternative a line (A = \p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}, B = \p{Ll}\p{Lm}\p{Lo}\p{M}):
//   1  [^\r\n\p{L}\p{N}]?[A]*[B]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//   2  [^\r\n\p{L}\p{N}]?[A]+[B]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//   3  \p{N}{1,3}
//   4   ?[^\s\p{L}\p{N}]+[\r\n/]*
//   5  \s*[\r\n]+
//   6  \s+(?!\S)
//   7  \s+
// cl100k_base:
//   1  '(?i:[sdmt]|ll|ve|re)
//   2  [^\r\n\p{L}\p{N}]?+\p{L}++
//   3  \p{N}{1,3}+
//   4   ?[^\s\p{L}\p{N}]++[\r\n]*+
//   5  \s++$|\s*[\r\n]|\s+(?!\S)|\s
#include "tokenize/bpe_split.h"

#include <array>
#include <span>

#include "tokenize/bpe_char_data.h"
#include "tokenize/code_point_table.h"

namespace pith {
namespace {

using ClassTable = CodePointTable<BpeClass>;

const ClassTable& classes() {
  static const ClassTable table(std::span<const bpe_data::ClassRange>(bpe_data::kClassRanges),
                                [](const bpe_data::ClassRange& range) { return static_cast<BpeClass>(range.value); });
  return table;
}

constexpr std::array<BpeClass, 128> ascii_classes() {
  std::array<BpeClass, 128> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = c >= 'A' && c <= 'Z'              ? BpeClass::kUpper
               : c >= 'a' && c <= 'z'            ? BpeClass::kLower
               : c >= '0' && c <= '9'            ? BpeClass::kNumber
               : c == ' ' || (c >= 9 && c <= 13) ? BpeClass::kSpace
                                                 : BpeClass::kOther;
  }
  return table;
}
constexpr auto kAsciiClasses = ascii_classes();

constexpr bool is_letter(BpeClass c) { return c >= BpeClass::kUpper && c <= BpeClass::kCaseless; }
constexpr bool is_line_end(char c) { return c == '\r' || c == '\n'; }
constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Reads classes along a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  struct Char {
    BpeClass kind;
    std::size_t end;  ///< byte behind it
  };

  [[nodiscard]] bool at_end(std::size_t at) const { return at >= text_.size(); }
  [[nodiscard]] char byte(std::size_t at) const { return text_[at]; }
  /// REQUIRES: !at_end(at).
  [[nodiscard]] Char at(std::size_t at) const {
    const auto lead = static_cast<unsigned char>(text_[at]);
    if (lead < 0x80) [[likely]]
      return {kAsciiClasses[lead], at + 1};
    return multibyte(lead, at);
  }
  /// Behind the run of characters that `in` accepts.
  template <class Predicate>
  [[nodiscard]] std::size_t run(std::size_t from, Predicate in) const {
    while (!at_end(from)) {
      const Char c = at(from);
      if (!in(c.kind)) break;
      from = c.end;
    }
    return from;
  }

  /// Behind 's 't 'm 'd 're 've 'll in any case (U+017F counts as s), else `from`.
  [[nodiscard]] std::size_t contraction(std::size_t from) const {
    const std::string_view rest = text_.substr(from, 3);
    if (rest.size() < 2 || rest[0] != '\'') return from;
    const char first = ascii_lower(rest[1]);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return from + 2;
    if (rest.size() < 3) return from;
    const char second = ascii_lower(rest[2]);
    const bool matches = ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l') ||
                         rest.substr(1) == "\u017F";
    return matches ? from + 3 : from;
  }

  /// \p{N}{1,3} from a number.
  [[nodiscard]] std::size_t digits(std::size_t from) const {
    for (int n = 0; n < 3 && !at_end(from); ++n) {
      const Char c = at(from);
      if (c.kind != BpeClass::kNumber) break;
      from = c.end;
    }
    return from;
  }

  /// [^\s\p{L}\p{N}]+ and what may trail it; `from` if there is none.
  [[nodiscard]] std::size_t symbols(std::size_t from, bool slash_trails) const {
    std::size_t end = run(from, [](BpeClass c) { return c == BpeClass::kOther || c == BpeClass::kMark; });
    if (end == from) return from;
    while (!at_end(end) && (is_line_end(byte(end)) || (slash_trails && byte(end) == '/'))) ++end;
    return end;
  }

  struct WhiteRun {
    std::size_t end;
    std::size_t last_begin;       ///< of its last character
    std::size_t behind_line_end;  ///< behind its last \r or \n; 0 if it has none
  };
  [[nodiscard]] WhiteRun white_run(std::size_t from) const {
    WhiteRun white{from, from, 0};
    while (!at_end(white.end)) {
      const Char c = at(white.end);
      if (c.kind != BpeClass::kSpace) break;
      if (is_line_end(byte(white.end))) white.behind_line_end = c.end;
      white.last_begin = white.end;
      white.end = c.end;
    }
    return white;
  }

 private:
  [[nodiscard]] Char multibyte(unsigned lead, std::size_t at) const {
    const auto more = [&](std::size_t i) { return static_cast<unsigned char>(text_[at + i]) & 0x3Fu; };
    if (lead < 0xE0) return {classes_[(lead & 0x1Fu) << 6 | more(1)], at + 2};
    if (lead < 0xF0) return {classes_[(lead & 0xFu) << 12 | more(1) << 6 | more(2)], at + 3};
    return {classes_[(lead & 0x7u) << 18 | more(1) << 12 | more(2) << 6 | more(3)], at + 4};
  }

  std::string_view text_;
  const ClassTable& classes_ = classes();
};

/// Alternatives 1 and 2 of o200k from the first letter or mark on (the optional leading character is the caller's);
/// 0 where one does not match.
struct WordEnds {
  std::size_t with_lower = 0;  ///< [A]*[B]+
  std::size_t upper_only = 0;  ///< [A]+[B]*, asked for only if the other fails
};

WordEnds o200k_word(const Scanner& scan, std::size_t from) {
  std::size_t end = from;
  std::size_t behind_last_shared = 0;  // behind the last character that is both in A and in B
  while (!scan.at_end(end)) {
    const Scanner::Char c = scan.at(end);
    if (c.kind == BpeClass::kLower) {  // [A]* stops here and [B]+ goes on
      end = scan.run(
          end, [](BpeClass k) { return k == BpeClass::kLower || k == BpeClass::kCaseless || k == BpeClass::kMark; });
      return {scan.contraction(end), 0};
    }
    if (c.kind == BpeClass::kCaseless || c.kind == BpeClass::kMark) {
      behind_last_shared = c.end;
    } else if (c.kind != BpeClass::kUpper) {
      break;
    }
    end = c.end;
  }
  // No lower-case letter behind the run: [A]* gives characters back until [B]+ can have one.
  if (behind_last_shared != 0) return {scan.contraction(behind_last_shared), 0};
  return {0, end == from ? 0 : scan.contraction(end)};
}

std::size_t o200k_end(const Scanner& scan, std::size_t at) {
  const Scanner::Char first = scan.at(at);
  if (is_letter(first.kind)) {
    const WordEnds word = o200k_word(scan, at);
    return word.with_lower != 0 ? word.with_lower : word.upper_only;
  }
  if (first.kind == BpeClass::kNumber) return scan.digits(at);
  if (!is_line_end(scan.byte(at))) {
    const WordEnds behind = o200k_word(scan, first.end);
    if (behind.with_lower != 0) return behind.with_lower;
    if (first.kind == BpeClass::kMark) return o200k_word(scan, at).with_lower;  // a mark is in B: it always matches
    if (behind.upper_only != 0) return behind.upper_only;
  }
  if (first.kind != BpeClass::kSpace) return scan.symbols(at, true);
  if (scan.byte(at) == ' ') {
    if (const std::size_t end = scan.symbols(at + 1, true); end != at + 1) return end;
  }
  const auto white = scan.white_run(at);
  if (white.behind_line_end != 0) return white.behind_line_end;
  return scan.at_end(white.end) || white.last_begin == at ? white.end : white.last_begin;
}

std::size_t cl100k_end(const Scanner& scan, std::size_t at) {
  const Scanner::Char first = scan.at(at);
  if (is_letter(first.kind)) return scan.run(at, is_letter);
  if (first.kind == BpeClass::kNumber) return scan.digits(at);
  if (scan.byte(at) == '\'') {
    if (const std::size_t end = scan.contraction(at); end != at) return end;
  }
  if (!is_line_end(scan.byte(at))) {
    if (const std::size_t end = scan.run(first.end, is_letter); end != first.end) return end;
  }
  if (first.kind != BpeClass::kSpace) return scan.symbols(at, false);
  if (scan.byte(at) == ' ') {
    if (const std::size_t end = scan.symbols(at + 1, false); end != at + 1) return end;
  }
  const auto white = scan.white_run(at);
  if (scan.at_end(white.end)) return white.end;
  if (white.behind_line_end != 0) return white.behind_line_end;
  return white.last_begin == at ? white.end : white.last_begin;
}

}  // namespace

BpeClass bpe_class(char32_t c) { return classes()[c]; }

std::size_t bpe_piece_end(BpePattern pattern, std::string_view text, std::size_t at) {
  const Scanner scan(text);
  return pattern == BpePattern::kO200k ? o200k_end(scan, at) : cl100k_end(scan, at);
}

}  // namespace pith
