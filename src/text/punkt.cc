#include "text/punkt.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "text/utf8.h"

namespace pith {
namespace {

// Bits of PunktParameters::orthography.
constexpr std::uint32_t kMiddleUpper = 1U << 2;
constexpr std::uint32_t kAnyUpper = (1U << 1) | (1U << 2) | (1U << 3);
constexpr std::uint32_t kBeginLower = 1U << 4;
constexpr std::uint32_t kAnyLower = (1U << 4) | (1U << 5) | (1U << 6);

constexpr std::string_view kNumber = "##number##";

UChar32 icu(char32_t c) { return static_cast<UChar32>(c); }

/// What NLTK's expressions call white space (it has them compiled by the Python package regex).
bool is_space(char32_t c) { return is_white_space(c); }
/// Python's str.isspace() of one character.
bool is_python_space(char32_t c) { return is_space(c) || (c >= 0x1C && c <= 0x1F); }
/// What separates words for NLTK's look backwards: ASCII only.
bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_terminator(char c) { return c == '.' || c == '?' || c == '!'; }
bool is_curly_or_guillemet(char32_t c) {
  return c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D || c == 0xAB || c == 0xBB;
}
bool is_one_of(char32_t c, std::string_view ascii) {
  return c < 0x80 && ascii.find(static_cast<char>(c)) != std::string_view::npos;
}
/// Cannot stand within a word.
bool is_non_word(char32_t c) { return is_one_of(c, ")\";}]*:@'({[?!") || is_curly_or_guillemet(c); }
bool begins_word(char32_t c) { return !is_one_of(c, "(\"`{[:;&#*@)}]-,"); }
/// Goes to the sentence before it.
bool is_closing(char32_t c) { return is_one_of(c, "\"')]}") || is_curly_or_guillemet(c); }
bool is_decimal(char32_t c) { return c < 0x80 ? c >= '0' && c <= '9' : u_charType(icu(c)) == U_DECIMAL_DIGIT_NUMBER; }
/// A word character (UTS #18) that is no decimal digit.
bool is_letter_like(char32_t c) {
  if (c < 0x80) return c == '_' || ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z');
  constexpr std::uint32_t kMarksAndConnectors = U_GC_M_MASK | U_GC_PC_MASK;
  return u_isUAlphabetic(icu(c)) != 0 || (U_MASK(u_charType(icu(c))) & kMarksAndConnectors) != 0 ||
         u_hasBinaryProperty(icu(c), UCHAR_JOIN_CONTROL) != 0;
}

std::size_t space_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const CodePoint c = decode_code_point(text, at);
  return is_space(c.value) ? c.n_bytes : 0;
}

/// Bytes of the pairs of a period and a space that stand at `at`, up to `max` pairs, and how many they are.
std::pair<std::size_t, std::size_t> spaced_periods(std::string_view line, std::size_t at, std::size_t max) {
  std::size_t end = at;
  std::size_t n = 0;
  while (n < max && end < line.size() && line[end] == '.') {
    const std::size_t space = space_at(line, end + 1);
    if (space == 0) break;
    end += 1 + space;
    ++n;
  }
  return {end, n};
}

/// Whether dashes or an ellipsis ("--", "..", ". . .") stand at `at`.
bool is_run_at(std::string_view line, std::size_t at) {
  const char c = line[at];
  if (c != '-' && c != '.') return false;
  if (at + 1 < line.size() && line[at + 1] == c) return true;
  if (c == '-') return false;
  const auto [end, n] = spaced_periods(line, at, 2);
  return n == 2 && end < line.size() && line[end] == '.';
}

/// REQUIRES: is_run_at(line, at).
std::size_t run_end(std::string_view line, std::size_t at) {
  if (line[at + 1] == line[at]) return std::min(line.find_first_not_of(line[at], at), line.size());
  std::size_t end = at;
  std::size_t last = at;  // behind the last period that another one precedes
  while (end < line.size() && line[end] == '.') {
    last = end + 1;
    const std::size_t space = space_at(line, end + 1);
    if (space == 0) break;
    end += 1 + space;
  }
  return last;
}

bool is_edge(std::string_view line, std::size_t at) {
  if (at >= line.size()) return true;
  const char32_t c = decode_code_point(line, at).value;
  return is_space(c) || is_non_word(c) || is_run_at(line, at);
}

bool ends_word(std::string_view line, std::size_t at) {
  return is_edge(line, at) || (line[at] == ',' && is_edge(line, at + 1));
}

struct Token {
  std::string_view text;
  std::string type;  ///< lower case, or kNumber
  bool ends_sentence = false;
  bool is_abbreviation = false;
  bool is_ellipsis = false;

  [[nodiscard]] bool has_period() const { return text.ends_with('.'); }
  [[nodiscard]] std::string_view type_no_period() const {
    const std::string_view whole = type;
    return whole.size() > 1 && whole.back() == '.' ? whole.substr(0, whole.size() - 1) : whole;
  }
  [[nodiscard]] std::string_view type_no_final_period() const { return ends_sentence ? type_no_period() : type; }
  [[nodiscard]] char32_t first() const { return decode_code_point(text, 0).value; }
  [[nodiscard]] bool is_initial() const {
    const CodePoint c = decode_code_point(text, 0);
    return text.size() == c.n_bytes + 1U && text.back() == '.' && is_letter_like(c.value);
  }
};

std::string lower(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    if (c.value < 0x80) {
      out += static_cast<char>(c.value >= 'A' && c.value <= 'Z' ? c.value + 32 : c.value);
    } else if (c.value == 0x130) {
      out += "i\xCC\x87";  // the one letter whose lower case is two
    } else {
      append_utf8(static_cast<char32_t>(u_tolower(icu(c.value))), &out);
    }
    at += c.n_bytes;
  }
  return out;
}

/// An optional minus, an optional period or comma, a digit, then digits and , . -
bool is_number(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) ++at;
  if (at >= text.size() || !is_decimal(decode_code_point(text, at).value)) return false;
  while (at < text.size()) {
    const CodePoint c = decode_code_point(text, at);
    if (!is_decimal(c.value) && !is_one_of(c.value, ",.-")) return false;
    at += c.n_bytes;
  }
  return true;
}

/// What the word alone says (section 3).
Token first_pass(std::string_view text, const PunktParameters& parameters) {
  Token token{.text = text, .type = lower(text)};
  if (is_number(text)) token.type = kNumber;
  if (text.size() == 1 && is_terminator(text[0])) {
    token.ends_sentence = true;
  } else if (text.size() > 1 && text.find_first_not_of('.') == std::string_view::npos) {
    token.is_ellipsis = true;
  } else if (token.has_period() && !text.ends_with("..")) {
    const std::string word = lower(text.substr(0, text.size() - 1));
    const std::string_view last = std::string_view(word).substr(word.rfind('-') + 1);
    const bool is_known = parameters.abbreviations.contains(word) || parameters.abbreviations.contains(last);
    (is_known ? token.is_abbreviation : token.ends_sentence) = true;
  }
  return token;
}

/// Whether a word begins a sentence, by how it is written here and elsewhere (4.1.1); nothing: cannot be told.
std::optional<bool> begins_sentence(const Token& token, std::uint32_t seen) {
  if (token.text.size() == 1 && is_one_of(token.first(), ";:,.!?")) return false;
  if (u_isUUppercase(icu(token.first())) != 0) {
    if ((seen & kAnyLower) != 0 && (seen & kMiddleUpper) == 0) return true;
  } else if (u_isULowercase(icu(token.first())) != 0) {
    if ((seen & kAnyUpper) != 0 || (seen & kBeginLower) == 0) return false;
  }
  return std::nullopt;
}

/// What the next word adds (section 4): whether `token` ends a sentence.
bool second_pass(const Token& token, const Token& next, const PunktParameters& parameters) {
  if (!token.has_period()) return token.ends_sentence;
  const std::string_view type = token.type_no_period();
  const std::string_view next_type = next.type_no_final_period();
  std::string pair(type);
  pair += '\t';
  pair += next_type;
  if (parameters.collocations.contains(pair)) return false;
  const auto found = parameters.orthography.find(next_type);
  const std::uint32_t seen = found == parameters.orthography.end() ? 0 : found->second;
  const bool next_is_upper = u_isUUppercase(icu(next.first())) != 0;
  const bool is_initial = token.is_initial();
  const std::optional<bool> begins = begins_sentence(next, seen);
  if ((token.is_abbreviation || token.is_ellipsis) && !is_initial) {
    if (begins == true) return true;
    if (next_is_upper && parameters.sentence_starters.contains(next_type)) return true;
  }
  if (is_initial || type == kNumber) {
    if (begins == false) return false;
    if (!begins && is_initial && next_is_upper && (seen & kAnyLower) == 0) return false;
  }
  return token.ends_sentence;
}

/// The end of [begin, end) without the white space at its end, as Python's rstrip() sees it.
std::size_t trimmed_end(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t last = begin;
  for (std::size_t at = begin; at < end;) {
    const CodePoint c = decode_code_point(text, at);
    at += c.n_bytes;
    if (!is_python_space(c.value)) last = at;
  }
  return last;
}

/// Whether a sentence ends within `context`: a candidate with the word before and after it.
bool contains_end(std::string_view context, const PunktParameters& parameters) {
  std::optional<Token> previous;
  for (std::size_t begin = 0; begin <= context.size();) {
    const std::size_t line_end = std::min(context.find('\n', begin), context.size());
    std::string_view line = context.substr(begin, line_end - begin);
    if (trimmed_end(line, 0, line.size()) == 0) line = {};
    for (std::size_t at = 0; at < line.size();) {
      const CodePoint c = decode_code_point(line, at);
      std::size_t end = at + c.n_bytes;
      if (is_run_at(line, at)) {
        end = run_end(line, at);
      } else if (is_space(c.value)) {
        at = end;
        continue;
      } else if (begins_word(c.value)) {
        while (!ends_word(line, end)) end += decode_code_point(line, end).n_bytes;
      }
      Token token = first_pass(line.substr(at, end - at), parameters);
      if (previous && second_pass(*previous, token, parameters)) return true;
      previous = std::move(token);
      at = end;
    }
    begin = line_end + 1;
  }
  return false;
}

/// A '.', '?' or '!' with what follows, and the word before it.
struct Candidate {
  std::size_t word_begin = 0;
  std::size_t at = 0;           ///< of the terminator
  std::size_t context_end = 0;  ///< behind the punctuation or word that follows
  std::size_t next_begin = 0;   ///< where the next sentence would begin
};

std::optional<Candidate> candidate_at(std::string_view text, std::size_t at) {
  std::size_t next = at + 1;
  if (next >= text.size()) return std::nullopt;
  CodePoint c = decode_code_point(text, next);
  if (is_non_word(c.value)) return Candidate{0, at, next + c.n_bytes, next};
  if (!is_space(c.value)) return std::nullopt;
  while (const std::size_t space = space_at(text, next)) next += space;
  std::size_t end = next;
  while (end < text.size()) {
    c = decode_code_point(text, end);
    if (is_space(c.value)) break;
    end += c.n_bytes;
  }
  if (end == next) return std::nullopt;
  return Candidate{0, at, end, next};
}

/// Sentences before closing quotes and brackets are moved.
std::vector<std::pair<std::size_t, std::size_t>> cut(std::string_view text, const PunktParameters& parameters) {
  std::vector<std::pair<std::size_t, std::size_t>> slices;
  std::size_t begin = 0;
  const auto decide = [&](const Candidate& candidate) {
    const std::string_view context = text.substr(candidate.word_begin, candidate.context_end - candidate.word_begin);
    if (!contains_end(context, parameters)) return;
    slices.emplace_back(begin, candidate.at + 1);
    begin = candidate.next_begin;
  };
  std::optional<Candidate> previous;
  for (std::size_t at = text.find_first_of(".?!"); at != std::string_view::npos;
       at = text.find_first_of(".?!", at + 1)) {
    std::optional<Candidate> candidate = candidate_at(text, at);
    if (!candidate) continue;
    // The word begins behind the last space since the candidate before; without one both are of the same word, and
    // the earlier one is passed over.
    const std::size_t since = previous ? previous->at : 0;
    std::size_t word = at;
    while (word > since && !is_ascii_space(text[word - 1])) --word;
    candidate->word_begin = word > since + 1 ? word : (previous ? previous->word_begin : 0);
    if (previous && previous->at <= candidate->word_begin) decide(*previous);
    previous = candidate;
  }
  if (previous) decide(*previous);
  slices.emplace_back(begin, std::max(begin, trimmed_end(text, begin, text.size())));
  return slices;
}

/// Closing marks at the beginning of [begin, end) that white space, a dash or the end follows: where they end, and
/// where the sentence then begins. Nothing if there are none.
std::optional<std::pair<std::size_t, std::size_t>> closing_marks(std::string_view text, std::size_t begin,
                                                                 std::size_t end) {
  std::size_t at = begin;
  while (at < end) {
    const CodePoint c = decode_code_point(text, at);
    if (at > begin && is_space(c.value)) break;
    if (at > begin && text.substr(at, std::min<std::size_t>(2, end - at)) == "--") return {{at, at}};
    if (!is_closing(c.value)) return std::nullopt;
    at += c.n_bytes;
  }
  if (at == begin) return std::nullopt;
  std::size_t next = at;
  while (next < end) {
    const std::size_t space = space_at(text, next);
    if (space == 0) break;
    next += space;
  }
  return {{at, next}};
}

}  // namespace

std::vector<ByteSpan> punkt_sentences(std::string_view text, const PunktParameters& parameters) {
  std::vector<ByteSpan> sentences;
  const auto add = [&](std::size_t begin, std::size_t end) {
    if (end > begin) sentences.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  };
  const auto slices = cut(text, parameters);
  std::size_t n_moved = 0;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const std::size_t begin = slices[i].first + n_moved;
    n_moved = 0;
    std::size_t end = slices[i].second;
    if (i + 1 < slices.size()) {
      if (const auto marks = closing_marks(text, slices[i + 1].first, slices[i + 1].second)) {
        end = marks->first;
        n_moved = marks->second - slices[i + 1].first;
      }
    }
    add(begin, end);
  }
  return sentences;
}

}  // namespace pith
