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
//
// The others are spelled out below as tokenizer.json files spell them; kGpt4o is o200k_base's.
#include "tokenize/bpe_split.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "tokenize/bpe_char_data.h"
#include "tokenize/code_point_table.h"
#include "tokenize/onig_char_data.h"

namespace pith {
namespace {

constexpr std::array<std::pair<std::string_view, BpePattern>, 4> kKnownPatterns{{
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", BpePattern::kGpt2},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)"
     R"(\s+(?!\S)|\s+)",
     BpePattern::kLlama3},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)"
     R"(\s+(?!\S)|\s+)",
     BpePattern::kQwen2},
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     BpePattern::kGpt4o},
}};

using ClassRange = bpe_data::ClassRange;
using ClassTable = CodePointTable<BpeClass>;

ClassTable make_table(std::span<const ClassRange> ranges) {
  return {ranges, [](const ClassRange& range) { return static_cast<BpeClass>(range.value); }};
}

const ClassTable& tiktoken_classes() {
  static const ClassTable table = make_table(bpe_data::kClassRanges);
  return table;
}

/// tiktoken's classes without the characters that are younger than Oniguruma's tables.
const ClassTable& onig_classes() {
  static const ClassTable table = [] {
    std::map<std::uint32_t, std::uint8_t> from;
    for (const ClassRange& range : bpe_data::kClassRanges) from.emplace(range.first, range.value);
    for (const onig_data::Range& range : onig_data::kUnassigned) {
      const std::uint8_t after = std::prev(from.upper_bound(range.last + 1))->second;
      from.erase(from.lower_bound(range.first), from.upper_bound(range.last + 1));
      from.emplace(range.first, std::uint8_t{0});
      from.emplace(range.last + 1, after);
    }
    std::vector<ClassRange> ranges;
    ranges.reserve(from.size());
    for (const auto& [first, value] : from) ranges.push_back({first, value});
    return make_table(ranges);
  }();
  return table;
}

const ClassTable& classes(BpePattern pattern) {
  return pattern == BpePattern::kO200k || pattern == BpePattern::kCl100k ? tiktoken_classes() : onig_classes();
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
  Scanner(std::string_view text, const ClassTable& classes) : text_(text), classes_(classes) {}

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

  /// The same in lower case only: (?:'s|'t|'re|'ve|'m|'ll|'d).
  [[nodiscard]] std::size_t lower_contraction(std::size_t from) const {
    const std::string_view rest = text_.substr(from, 3);
    if (rest.size() < 2) return from;
    if (rest[1] == 's' || rest[1] == 't' || rest[1] == 'm' || rest[1] == 'd') return from + 2;
    const std::string_view two = rest.substr(1);
    return two == "re" || two == "ve" || two == "ll" ? from + 3 : from;
  }

  /// \p{N}{1,most} from a number.
  [[nodiscard]] std::size_t digits(std::size_t from, int most = 3) const {
    for (int n = 0; n < most && !at_end(from); ++n) {
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
  const ClassTable& classes_;
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

/// \s*[\r\n]+|\s+(?!\S)|\s+
std::size_t white_end(const Scanner& scan, std::size_t at) {
  const auto white = scan.white_run(at);
  if (white.behind_line_end != 0) return white.behind_line_end;
  return scan.at_end(white.end) || white.last_begin == at ? white.end : white.last_begin;
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
  return white_end(scan, at);
}

/// What cl100k_base and its offspring share, up to the white space: 0 if the piece is white space.
std::size_t cl100k_word(const Scanner& scan, std::size_t at, Scanner::Char first, int most_digits) {
  if (is_letter(first.kind)) return scan.run(at, is_letter);
  if (first.kind == BpeClass::kNumber) return scan.digits(at, most_digits);
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
  return 0;
}

std::size_t cl100k_end(const Scanner& scan, std::size_t at) {
  if (const std::size_t end = cl100k_word(scan, at, scan.at(at), 3); end != 0) return end;
  const auto white = scan.white_run(at);
  if (scan.at_end(white.end)) return white.end;
  if (white.behind_line_end != 0) return white.behind_line_end;
  return white.last_begin == at ? white.end : white.last_begin;
}

std::size_t llama3_end(const Scanner& scan, std::size_t at, int most_digits) {
  const std::size_t end = cl100k_word(scan, at, scan.at(at), most_digits);
  return end != 0 ? end : white_end(scan, at);
}

std::size_t gpt2_end(const Scanner& scan, std::size_t at) {
  if (scan.byte(at) == '\'') {
    if (const std::size_t end = scan.lower_contraction(at); end != at) return end;
  }
  std::size_t from = at;
  Scanner::Char c = scan.at(at);
  if (scan.byte(at) == ' ' && !scan.at_end(at + 1)) c = scan.at(from = at + 1);
  if (is_letter(c.kind)) return scan.run(from, is_letter);
  if (c.kind == BpeClass::kNumber) return scan.run(from, [](BpeClass k) { return k == BpeClass::kNumber; });
  if (c.kind != BpeClass::kSpace) {
    return scan.run(from, [](BpeClass k) { return k == BpeClass::kOther || k == BpeClass::kMark; });
  }
  const auto white = scan.white_run(at);
  return scan.at_end(white.end) || white.last_begin == at ? white.end : white.last_begin;
}

}  // namespace

std::optional<BpePattern> known_split_pattern(std::string_view regex) {
  for (const auto& [spelling, pattern] : kKnownPatterns) {
    if (regex == spelling) return pattern;
  }
  return std::nullopt;
}

BpeClass bpe_class(char32_t c) { return tiktoken_classes()[c]; }

BpeClass onig_class(char32_t c) { return onig_classes()[c]; }

bool is_numeric(char32_t c) {
  return onig_class(c) == BpeClass::kNumber ||
         std::any_of(std::begin(onig_data::kMoreNumeric), std::end(onig_data::kMoreNumeric),
                     [c](const onig_data::Range& range) { return range.first <= c && c <= range.last; });
}

std::size_t bpe_piece_end(BpePattern pattern, std::string_view text, std::size_t at) {
  const Scanner scan(text, classes(pattern));
  switch (pattern) {
    case BpePattern::kO200k:
    case BpePattern::kGpt4o:
      return o200k_end(scan, at);
    case BpePattern::kCl100k:
      return cl100k_end(scan, at);
    case BpePattern::kLlama3:
      return llama3_end(scan, at, 3);
    case BpePattern::kQwen2:
      return llama3_end(scan, at, 1);
    case BpePattern::kGpt2:
      break;
  }
  return gpt2_end(scan, at);
}

}  // namespace pith
