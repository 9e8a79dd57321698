// Terms of a text, for bm25.h: what counts as the same word.
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "compress/bm25.h"
#include "text/char_class.h"
#include "text/utf8.h"

namespace pith {
namespace {

/// Longer runs of letters (base64, minified code) are cut here, so that a term stays a word-sized thing.
constexpr std::size_t kMaxTermBytes = 128;

/// Sorted. What a question is made of beside its subject.
constexpr std::array<std::string_view, 106> kFunctionWords{
    "a",     "about",   "after", "all",    "also",  "am",      "an",    "and",     "any",   "are",   "as",     "at",
    "be",    "because", "been",  "before", "being", "between", "both",  "but",     "by",    "can",   "could",  "did",
    "do",    "does",    "doing", "each",   "few",   "for",     "from",  "further", "had",   "has",   "have",   "having",
    "he",    "her",     "here",  "him",    "his",   "how",     "i",     "if",      "in",    "into",  "is",     "it",
    "its",   "just",    "may",   "me",     "might", "more",    "most",  "must",    "my",    "no",    "nor",    "not",
    "of",    "off",     "on",    "once",   "or",    "other",   "our",   "own",     "shall", "she",   "should", "so",
    "some",  "such",    "than",  "that",   "the",   "their",   "them",  "then",    "there", "these", "they",   "this",
    "those", "through", "to",    "too",    "under", "until",   "up",    "very",    "was",   "we",    "were",   "what",
    "when",  "where",   "which", "while",  "who",   "whom",    "whose", "why",     "will",  "with"};
static_assert(std::ranges::is_sorted(kFunctionWords));

bool is_vowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y'; }

bool is_ascii_word(std::string_view term) {
  return std::ranges::all_of(term, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// Removes an English ending. Rough on purpose: what matters is that forms of a word meet ("reached", "reaching",
/// "reaches" -> "reach"), not that the result is a word.
void strip_ending(std::string* term) {
  constexpr std::size_t kMinStemBytes = 3;
  if (term->size() <= kMinStemBytes || !is_ascii_word(*term)) return;
  const auto strip = [term](std::string_view ending, std::string_view replacement = "") {
    if (!term->ends_with(ending) || term->size() - ending.size() < kMinStemBytes) return false;
    term->resize(term->size() - ending.size());
    *term += replacement;
    return true;
  };
  if (term->ends_with("ss") || term->ends_with("us")) return;
  if (!strip("ies", "y") && (strip("ing") || strip("ed"))) {
    const std::size_t n = term->size();  // "stopped" -> "stopp" -> "stop"; "called" keeps its double l
    const char last = term->back();
    if (n > kMinStemBytes && last == (*term)[n - 2] && !is_vowel(last) && last != 'l' && last != 's' && last != 'z') {
      term->pop_back();
    }
  } else if (!strip("ly") && !strip("es")) {
    strip("s");
  }
  if (term->size() > kMinStemBytes && term->back() == 'e') term->pop_back();  // "name" meets "named"
}

/// Walks a text once. A run is what stands between two characters that are neither letters nor digits.
class TermWalk {
 public:
  TermWalk(std::string_view text, const std::function<void(std::string_view)>& visit) : text_(text), visit_(visit) {}

  void walk() {
    for (std::size_t at = 0; at < text_.size();) {
      const CodePoint point = decode_code_point(text_, at);
      at += point.n_bytes;
      const CharBits bits = point.valid ? char_bits(point.value) : CharBits{0};
      if ((bits & kDictionary) != 0) {
        end_word();
        take_unspaced(point.value);
      } else if ((bits & (kLetter | kDigit)) != 0) {
        end_unspaced();
        take_letter(point.value);
      } else {
        end_unspaced();
        end_word();
      }
    }
    end_unspaced();
    end_word();
  }

 private:
  void take_letter(char32_t c) {
    // Apostrophes end a run, so that "Amundsen's" is "amundsen" and "s", as "Amundsen" is "amundsen".
    append_utf8(static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT)), &word_);
    if (word_.size() >= kMaxTermBytes) end_word();
  }

  void end_word() {
    if (word_.empty()) return;
    if (!is_function_word(word_)) strip_ending(&word_);
    visit_(word_);
    word_.clear();
  }

  void take_unspaced(char32_t c) {
    std::string next;
    append_utf8(c, &next);
    if (!unspaced_.empty()) {
      visit_(unspaced_ + next);
      had_pair_ = true;
    }
    unspaced_ = std::move(next);
  }

  /// A character with no neighbour is a term by itself.
  void end_unspaced() {
    if (!unspaced_.empty() && !had_pair_) visit_(unspaced_);
    unspaced_.clear();
    had_pair_ = false;
  }

  std::string_view text_;
  const std::function<void(std::string_view)>& visit_;
  std::string word_;
  std::string unspaced_;  ///< the last character of a run of a script without spaces
  bool had_pair_ = false;
};

}  // namespace

bool is_function_word(std::string_view term) { return std::ranges::binary_search(kFunctionWords, term); }

void for_each_term(std::string_view text, const std::function<void(std::string_view term)>& visit) {
  TermWalk(text, visit).walk();
}

}  // namespace pith
