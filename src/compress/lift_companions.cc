#include "compress/lift_companions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compress/companion_words.h"
#include "compress/fold_word.h"

namespace pith {
namespace {

constexpr float kFirst = 1.0F;     // of what is not forced
constexpr std::size_t kReach = 8;  // words that a scope looks at in each direction

/// Companions by their first word, the longest first.
const std::unordered_map<std::string_view, std::vector<Companion>>& companions_by_first_word() {
  static const auto kTable = [] {
    std::unordered_map<std::string_view, std::vector<Companion>> table;
    for (const Companion& companion : companions()) {
      table[companion.words.substr(0, companion.words.find(' '))].push_back(companion);
    }
    for (auto& [word, list] : table) {
      std::ranges::sort(list, [](const Companion& a, const Companion& b) {
        return std::ranges::count(a.words, ' ') > std::ranges::count(b.words, ' ');
      });
    }
    return table;
  }();
  return kTable;
}

class CompanionLifter {
 public:
  explicit CompanionLifter(PreparedContext& context) : context_(context), words_(context.document.words) {
    folded_.reserve(words_.size());
    for (const Word& word : words_) {
      folded_.push_back(word.is_punctuation ? std::string() : fold_word(word.span.of(context.text)));
    }
    is_companion_.resize(words_.size());
    find_clauses();
  }

  void run() {
    for (std::size_t w = 0; w < words_.size();) w += find_at(w);
    for (const Found& found : found_) apply(found.companion, found.word, found.n_words);
  }

 private:
  struct Found {
    Companion companion;
    std::size_t word = 0;
    std::size_t n_words = 0;
  };

  void find_clauses() {
    clauses_.resize(words_.size());
    std::size_t clause = 0;
    std::size_t sentence = 0;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      const auto& sentences = context_.document.sentences;
      if (sentence < sentences.size() && w >= sentences[sentence].end_word) {
        ++sentence;
        ++clause;
      }
      if (ends_clause(words_[w]) || context_.gaps[w].n_line_breaks > 1) ++clause;
      clauses_[w] = clause;
    }
  }

  /// Punctuation does, but for quotes and emphasis: `not "guilty"`.
  [[nodiscard]] bool ends_clause(const Word& word) const {
    constexpr std::string_view kQuotes[] = {"\"",     "'",      "`",      "*",      "**",     "_",     "\u201C",
                                            "\u201D", "\u201E", "\u2018", "\u2019", "\u00AB", "\u00BB"};
    return word.is_punctuation && std::ranges::find(kQuotes, word.span.of(context_.text)) == std::end(kQuotes);
  }

  /// Notes the companion that begins at word w; returns how many words to go on by.
  std::size_t find_at(std::size_t w) {
    if (folded_[w].empty()) return 1;
    const auto list = companions_by_first_word().find(folded_[w]);
    if (list != companions_by_first_word().end()) {
      for (const Companion& companion : list->second) {
        const std::size_t n_words = match(companion.words, w);
        if (n_words == 0) continue;
        note(companion, w, n_words);
        return n_words;
      }
    }
    if (is_negation_by_form(folded_[w])) note({folded_[w], Scope::kNext, 2}, w, 1);
    return 1;
  }

  void note(const Companion& companion, std::size_t w, std::size_t n_words) {
    found_.push_back({companion, w, n_words});
    std::fill_n(is_companion_.begin() + static_cast<std::ptrdiff_t>(w), n_words, std::uint8_t{1});
  }

  /// Words that `phrase` covers from w on; 0: it does not stand there.
  [[nodiscard]] std::size_t match(std::string_view phrase, std::size_t w) const {
    std::size_t n_words = 0;
    for (std::size_t at = 0; at < phrase.size(); ++n_words) {
      const std::size_t end = std::min(phrase.find(' ', at), phrase.size());
      const std::size_t i = w + n_words;
      if (i >= words_.size() || clauses_[i] != clauses_[w] || folded_[i] != phrase.substr(at, end - at)) return 0;
      at = end + 1;
    }
    return n_words;
  }

  void apply(const Companion& companion, std::size_t w, std::size_t n_words) {
    const std::size_t after = w + n_words;
    switch (companion.scope) {
      case Scope::kNext:
        if (!lift_next(w, n_words, companion.n_content)) lift_previous(w, n_words);
        break;
      case Scope::kPrevious:
        if (!lift_previous(w, n_words)) lift_next(w, n_words, 1);
        break;
      case Scope::kBothAfterNe:
        if (!follows_ne(w)) break;
        [[fallthrough]];
      case Scope::kBoth:
        lift_previous(w, n_words);
        lift_next(w, n_words, 1);
        break;
      case Scope::kNextNumber:
        if (const auto number = number_at(after, w)) lift(w, n_words, *number);
        break;
      case Scope::kBetween:
        lift_between(w);
        break;
    }
  }

  bool lift_next(std::size_t w, std::size_t n_words, std::size_t n_content) {
    std::size_t n_found = 0;
    const std::size_t end = std::min(words_.size(), w + n_words + kReach);
    for (std::size_t i = w + n_words; i < end && clauses_[i] == clauses_[w] && n_found < n_content; ++i) {
      if (!is_content(i)) continue;
      lift(w, n_words, i);
      ++n_found;
    }
    return n_found > 0;
  }

  bool lift_previous(std::size_t w, std::size_t n_words) {
    for (std::size_t i = w; i-- > 0 && w - i <= kReach && clauses_[i] == clauses_[w];) {
      if (!is_content(i)) continue;
      lift(w, n_words, i);
      return true;
    }
    return false;
  }

  void lift_between(std::size_t w) {
    const std::size_t end = std::min(words_.size(), w + kReach);
    std::size_t first = 0, conjunction = 0;  // 0: none yet
    for (std::size_t i = w + 1; i < end && clauses_[i] == clauses_[w]; ++i) {
      if (first != 0 && conjunction == 0 && (folded_[i] == "and" || folded_[i] == "und")) conjunction = i;
      if (!words_[i].has_decimal_digit) continue;
      if (conjunction != 0) {
        lift(w, 1, first);
        lift(w, 1, i);
        const std::size_t weaker = rank(first) < rank(i) ? first : i;
        lift(conjunction, 1, weaker);
        return;
      }
      first = i;
      conjunction = 0;
    }
  }

  [[nodiscard]] std::optional<std::size_t> number_at(std::size_t w, std::size_t companion) const {
    for (std::size_t i = w; i < std::min(words_.size(), w + 2) && clauses_[i] == clauses_[companion]; ++i) {
      if (words_[i].has_decimal_digit) return i;
      if (!is_closed_class(folded_[i])) break;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool follows_ne(std::size_t w) const {
    for (std::size_t i = w; i-- > 0 && w - i <= 3 && clauses_[i] == clauses_[w];) {
      if (folded_[i] == "ne" || folded_[i].starts_with("n'")) return true;
    }
    return false;
  }

  /// No companion is content, so none follows another and the order of lifting does not matter.
  [[nodiscard]] bool is_content(std::size_t w) const {
    return !folded_[w].empty() && is_companion_[w] == 0 && !is_closed_class(folded_[w]);
  }
  [[nodiscard]] float rank(std::size_t w) const { return context_.forced[w] != 0 ? kFirst : context_.priorities[w]; }

  /// Words [w, w + n_words) are kept whenever word `by` is.
  void lift(std::size_t w, std::size_t n_words, std::size_t by) {
    for (std::size_t i = w; i < w + n_words; ++i) {
      float least = rank(by);
      // Of equals the earlier one is kept first.
      if (i > by && least < kFirst) least = std::nextafter(least, std::numeric_limits<float>::infinity());
      context_.priorities[i] = std::max(context_.priorities[i], least);
    }
  }

  PreparedContext& context_;
  const std::vector<Word>& words_;
  std::vector<std::string> folded_;  // "" for punctuation
  std::vector<std::uint8_t> is_companion_;
  std::vector<Found> found_;
  std::vector<std::size_t> clauses_;  // number of the clause of each word
};

}  // namespace

void lift_companions(PreparedContext& context) { CompanionLifter(context).run(); }

}  // namespace pith
