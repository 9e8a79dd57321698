#include "text/sentences.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string>

#include "text/char_class.h"
#include "text/utf8.h"

namespace pith {
namespace {

/// What the words so far say about a sentence ending here.
enum class Ending {
  kNone,
  kPeriod,     ///< . or ...: not before a lower-case letter
  kStrong,     ///< ! ?: not before a lower-case letter if a quote was closed in between
  kImmediate,  ///< a full stop of a script that puts no space after it
};

// Words before a period that seldom ends a sentence: joining two sentences is the smaller harm. All in lower case.
constexpr std::array<std::string_view, 8> kAbbreviations = {"al", "approx", "cf", "dept", "etc", "resp", "viz", "vs"};
static_assert(std::is_sorted(kAbbreviations.begin(), kAbbreviations.end()));

// Likewise, if written with a capital: "gen" or "st" alone are hardly words.
constexpr std::array<std::string_view, 39> kTitles = {
    "adm", "apr", "aug", "ave", "blvd", "capt", "cmdr", "co",  "col", "corp", "dec", "dr",     "feb",
    "gen", "gov", "hon", "inc", "jan",  "jr",   "jul",  "jun", "lt",  "ltd",  "maj", "messrs", "mr",
    "mrs", "ms",  "mt",  "nov", "oct",  "prof", "rep",  "rev", "sen", "sept", "sgt", "sr",     "st"};
static_assert(std::is_sorted(kTitles.begin(), kTitles.end()));

// Likewise, if a number follows: "No. 5", "pp. 3-5", "Mar. 3".
constexpr std::array<std::string_view, 19> kNumbered = {"art", "ch",   "eq",  "eqs",  "fig", "figs", "mar",
                                                        "no",  "nos",  "p",   "para", "pp",  "ref",  "refs",
                                                        "sec", "sect", "sep", "vol",  "vols"};
static_assert(std::is_sorted(kNumbered.begin(), kNumbered.end()));

bool is_line_break(char32_t c) { return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029; }

/// Line breaks in the white space between two words, CRLF counted once and a paragraph separator as two. Counts to 2
/// only.
int count_line_breaks(std::string_view gap) {
  if (gap.size() == 1) return is_line_break(static_cast<unsigned char>(gap[0])) ? 1 : 0;
  int n = 0;
  for (std::size_t at = 0; at < gap.size() && n < 2;) {
    const CodePoint c = decode_code_point(gap, at);
    const bool first_of_crlf = c.value == '\r' && at + 1 < gap.size() && gap[at + 1] == '\n';
    if (is_line_break(c.value) && !first_of_crlf) n += c.value == 0x2029 ? 2 : 1;
    at += c.n_bytes;
  }
  return n;
}

class SentenceFinder {
 public:
  SentenceFinder(std::string_view text, const std::vector<Word>& words) : text_(text), words_(words) {}

  [[nodiscard]] std::vector<Sentence> find() {
    std::vector<Sentence> sentences;
    std::size_t first = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      step(i);
      if (i + 1 < words_.size() && !ends_after(i)) continue;
      sentences.push_back({static_cast<std::uint32_t>(first),
                           static_cast<std::uint32_t>(i + 1),
                           {words_[first].span.begin, words_[i].span.end}});
      first = i + 1;
      ending_ = Ending::kNone;
    }
    return sentences;
  }

 private:
  [[nodiscard]] std::string_view bytes(std::size_t i) const { return words_[i].span.of(text_); }
  [[nodiscard]] char lead(std::size_t i) const { return text_[words_[i].span.begin]; }

  /// Takes word i into account.
  void step(std::size_t i) {
    const Word& word = words_[i];
    if (!word.is_punctuation) {
      const bool ends_with_dot = word.span.n_bytes() == 4 && (bytes(i) == "a.m." || bytes(i) == "p.m.");
      ending_ = ends_with_dot ? Ending::kPeriod : Ending::kNone;
      return;
    }
    const Ending own = terminal(i);
    if (own != Ending::kNone) {
      ending_ = std::max(own, word.glued_left ? ending_ : Ending::kNone);
      closed_ = false;
    } else if (word.is_closing && (word.glued_left || !is_ascii(lead(i)))) {
      // A closing quote or bracket goes with the end before it; a comma means that the sentence goes on (SB8a).
      const char c = lead(i);
      if (c == ',' || c == ';' || c == ':') ending_ = Ending::kNone;
      closed_ = true;
    } else {
      ending_ = Ending::kNone;
    }
  }

  [[nodiscard]] Ending terminal(std::size_t i) const {
    const char c = lead(i);
    if (is_ascii(c)) {
      if (words_[i].is_closing && (c == '!' || c == '?')) return Ending::kStrong;
      if (c != '.' || !words_[i].is_closing) return Ending::kNone;
      if (words_[i].span.n_bytes() == 1 && words_[i].glued_left && i > 0 && is_abbreviated(i - 1)) return Ending::kNone;
      return Ending::kPeriod;
    }
    const char32_t value = decode_code_point(text_, words_[i].span.begin).value;
    if (value == 0x2026) return Ending::kPeriod;
    return u_hasBinaryProperty(static_cast<UChar32>(value), UCHAR_S_TERM) ? Ending::kImmediate : Ending::kNone;
  }

  /// Whether the single period after word i marks an abbreviation, an initial or a list number.
  [[nodiscard]] bool is_abbreviated(std::size_t i) const {
    const std::string_view word = bytes(i);
    constexpr std::size_t kLongestAbbreviation = 6;
    if (i == line_first_ && (word.size() == 1 || is_number(word)) && word.size() <= 3) return true;  // "1. first item"
    if (word.size() == 1) return word[0] >= 'A' && word[0] <= 'Z' && word[0] != 'I';
    if (word.size() > kLongestAbbreviation) return false;
    std::string lower(word);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto in = [&lower](const auto& list) {
      return std::binary_search(list.begin(), list.end(), std::string_view(lower));
    };
    const bool number_next = i + 2 < words_.size() && words_[i + 2].has_decimal_digit;
    return in(kAbbreviations) || (word != lower && in(kTitles)) || (number_next && in(kNumbered));
  }

  /// Whether a sentence ends between words i and i + 1.
  [[nodiscard]] bool ends_after(std::size_t i) {
    const std::size_t next = i + 1;
    const Word& following = words_[next];
    if (following.glued_left) {
      return ending_ == Ending::kImmediate && !following.is_closing && terminal(next) == Ending::kNone;
    }
    const std::uint32_t end = words_[i].span.end;
    const int n_line_breaks = count_line_breaks(text_.substr(end, following.span.begin - end));
    if (n_line_breaks > 0) {
      const bool was_block = line_is_block_ || begin_alike(line_first_, next);
      line_first_ = next;
      line_is_block_ = begins_line_block(next);
      return n_line_breaks > 1 || ending_ != Ending::kNone || was_block || line_is_block_ || begins_item(next);
    }
    switch (ending_) {
      case Ending::kNone:
        return false;
      case Ending::kPeriod:
        return !begins_lower_case(next);
      case Ending::kStrong:
        return !closed_ || !begins_lower_case(next);
      case Ending::kImmediate:
        return !following.is_closing;
    }
    return false;
  }

  [[nodiscard]] bool begins_lower_case(std::size_t i) const {
    constexpr std::size_t kMostMarks = 4;
    for (std::size_t last = i + kMostMarks; i < words_.size() && i < last && words_[i].is_opening;) ++i;
    if (i >= words_.size()) return false;
    return u_islower(static_cast<UChar32>(decode_code_point(text_, words_[i].span.begin).value)) != 0;
  }

  [[nodiscard]] bool stands_alone(std::size_t i) const { return i + 1 == words_.size() || !words_[i + 1].glued_left; }

  /// Heading, table row or code fence: lines that end with their line break.
  [[nodiscard]] bool begins_line_block(std::size_t i) const {
    switch (lead(i)) {
      case '#':
        return words_[i].is_punctuation && stands_alone(i);
      case '|':
        return true;
      case '`':
      case '~':
        return words_[i].is_punctuation && words_[i].span.n_bytes() >= 3;
      case '-':
      case '=':
        return words_[i].is_punctuation && words_[i].span.n_bytes() >= 3 && stands_alone(i);
      default:
        return false;
    }
  }

  /// Rows and records: two lines that begin with the same bracket, or with numbers written alike (a log, a CSV file).
  [[nodiscard]] bool begin_alike(std::size_t i, std::size_t j) const {
    const char c = lead(i);
    if (c == lead(j) && (c == '[' || c == '{' || c == '<')) return true;
    return words_[i].has_decimal_digit && same_pattern(bytes(i), bytes(j));
  }

  /// Equal but for the digits, and more than a plain number.
  [[nodiscard]] static bool same_pattern(std::string_view a, std::string_view b) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool alike = std::equal(a.begin(), a.end(), b.begin(), b.end(),
                                  [&](char x, char y) { return x == y || (is_digit(x) && is_digit(y)); });
    return alike && !is_number(a);
  }

  /// List item, quote or speaker's turn.
  [[nodiscard]] bool begins_item(std::size_t i) const {
    const std::string_view word = bytes(i);
    const bool alone = stands_alone(i);
    switch (word[0]) {
      case '-':
      case '*':
      case '+':
        return words_[i].is_punctuation && word.size() == 1 && alone;
      case '>':
        return true;
      case '#':
        return words_[i].is_punctuation || names_speaker(i);
      default:
        break;
    }
    if (!is_ascii(word[0])) {
      const char32_t c = decode_code_point(word, 0).value;
      if (alone && (c == 0x2022 || c == 0x25E6 || c == 0x25AA || c == 0x25CF || c == 0x2013 || c == 0x2014))
        return true;
    }
    // "1." "12)" "a)"
    if (i + 1 < words_.size() && words_[i + 1].glued_left && stands_alone(i + 1)) {
      const std::string_view mark = bytes(i + 1);
      const bool short_label = word.size() == 1 || (word.size() <= 3 && is_number(word));
      if (short_label && (mark == "." || mark == ")")) return true;
    }
    return names_speaker(i);
  }

  /// "Name:", "Dr. Jane Smith:", "key:" - up to five words on the line, the last followed by a colon and white space.
  [[nodiscard]] bool names_speaker(std::size_t i) const {
    constexpr std::size_t kMostWords = 5;
    const char32_t c = decode_code_point(text_, words_[i].span.begin).value;
    const bool capital = u_isUUppercase(static_cast<UChar32>(c)) != 0 || words_[i].has_decimal_digit || c == '#';
    const std::size_t most = capital ? kMostWords : 1;
    for (std::size_t at = i; at < words_.size() && at - i <= most; ++at) {
      if (at > i && !words_[at].glued_left) {
        const std::uint32_t end = words_[at - 1].span.end;
        if (text_.substr(end, words_[at].span.begin - end) != " ") return false;
      }
      const std::string_view word = bytes(at);
      if (word == ":" || word == "\xEF\xBC\x9A")
        return at > i && words_[at].glued_left && (word != ":" || stands_alone(at));
      if (words_[at].is_punctuation && word != "." && word[0] != '#') return false;
    }
    return false;
  }

  [[nodiscard]] static bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
  [[nodiscard]] static bool is_number(std::string_view word) {
    return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  std::string_view text_;
  const std::vector<Word>& words_;
  Ending ending_ = Ending::kNone;
  bool closed_ = false;  ///< a closing mark came after the terminal one
  std::size_t line_first_ = 0;
  bool line_is_block_ = !words_.empty() && begins_line_block(0);
};

}  // namespace

std::vector<Sentence> find_sentences(std::string_view text, const std::vector<Word>& words) {
  return SentenceFinder(text, words).find();
}

}  // namespace pith
