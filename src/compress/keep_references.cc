#include "compress/keep_references.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "compress/fold_word.h"
#include "compress/reference_lists.h"

namespace pith {
namespace {

constexpr std::size_t kSentencesBack = 2;      // for names
constexpr std::size_t kMentionSentences = 10;  // for "the NOUN"
constexpr std::size_t kMostModifiers = 3;
constexpr std::size_t kMostRunWords = 8;
constexpr std::size_t kMostRunsSeen = 64;  // per reference: bounds the work in texts of names only

/// A run of proper nouns: words [begin, end).
struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t sentence = 0;
  std::optional<Agreement> hint;
  bool is_plural = false;  // "the Beatles", or one of "A and B"
  bool is_placed = false;  // behind "in", "at", ...
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Without a plural's or a possessive's ending.
std::string stem(std::string_view folded) {
  if (folded.ends_with("'s")) folded.remove_suffix(2);
  if (folded.size() > 3 && folded.ends_with("s") && !folded.ends_with("ss")) folded.remove_suffix(1);
  return std::string(folded);
}

class ReferenceFinder {
 public:
  explicit ReferenceFinder(const PreparedContext& context)
      : context_(context), words_(context.document.words), n_words_(words_.size()) {
    folded_.reserve(n_words_);
    for (const Word& word : words_) {
      folded_.push_back(word.is_punctuation ? std::string() : fold_word(word.span.of(context.text)));
    }
    sentences_.resize(n_words_);
    const auto& sentences = context.document.sentences;
    for (std::uint32_t s = 0; s < sentences.size(); ++s) {
      for (std::uint32_t w = sentences[s].first_word; w < sentences[s].end_word; ++w) sentences_[w] = s;
    }
    find_proper_words();
    find_runs();
  }

  std::vector<Reference> run() {
    for (std::uint32_t w = 0; w < n_words_; ++w) {
      if (!folded_[w].empty()) refer(w);
      note_mention(w);
    }
    return std::move(references_);
  }

 private:
  // ---- Names ----

  [[nodiscard]] bool starts_sentence(std::uint32_t w) const {
    for (std::uint32_t i = w; i-- > context_.document.sentences[sentences_[w]].first_word;) {
      if (!words_[i].is_punctuation) return false;
    }
    return true;
  }

  void find_proper_words() {
    is_proper_.assign(n_words_, 0);
    std::unordered_set<std::string_view> lower_case, upper_case;
    for (std::uint32_t w = 0; w < n_words_; ++w) {
      if (folded_[w].empty()) continue;
      const bool capital = is_capitalised(words_[w].span.of(context_.text));
      if (!capital) {
        lower_case.insert(folded_[w]);
      } else if (!starts_sentence(w) && !is_no_name(folded_[w])) {
        is_proper_[w] = 1;
        upper_case.insert(folded_[w]);
      }
    }
    for (std::uint32_t w = 0; w < n_words_; ++w) {
      if (folded_[w].empty() || is_proper_[w] != 0 || is_no_name(folded_[w])) continue;
      if (!is_capitalised(words_[w].span.of(context_.text))) continue;
      // At a sentence's begin every word has a capital: a name if it has one elsewhere, or is never seen without.
      is_proper_[w] = upper_case.contains(folded_[w]) || !lower_case.contains(folded_[w]) ? 1 : 0;
    }
  }

  /// "." behind an initial or a short title.
  [[nodiscard]] bool is_abbreviation_point(std::uint32_t w) const {
    return w > 0 && words_[w].span.of(context_.text) == "." && words_[w].glued_left && is_proper_[w - 1] != 0 &&
           words_[w - 1].span.n_bytes() <= 4;
  }

  void find_runs() {
    for (std::uint32_t w = 0; w < n_words_;) {
      if (is_proper_[w] == 0) {
        ++w;
        continue;
      }
      std::uint32_t end = w + 1;
      for (std::uint32_t i = end; i < n_words_ && i - w < kMostRunWords && sentences_[i] == sentences_[w]; ++i) {
        if (is_proper_[i] != 0) {
          end = i + 1;
          if (folded_[i].ends_with("'s")) break;  // the owner is a name of its own
        } else if (i != end || !(is_abbreviation_point(i) || joins_names(folded_[i]))) {
          break;
        }
      }
      add_run(w, end);
      w = end;
    }
  }

  void add_run(std::uint32_t begin, std::uint32_t end) {
    Run run{begin, end, sentences_[begin], std::nullopt, false, false};
    for (std::uint32_t w = begin; w < end; ++w) {
      if (!folded_[w].empty() && !run.hint) run.hint = name_hint(stem_of_name(w));
    }
    std::uint32_t before = begin;
    if (before > 0 && folded_[before - 1] == "the") {
      --before;
      run.is_plural = folded_[end - 1].ends_with("s") && !folded_[end - 1].ends_with("'s");
    }
    run.is_placed = before > 0 && sentences_[before - 1] == run.sentence &&
                    is_one_of(folded_[before - 1], {"in", "at", "to", "from", "on", "of", "near"});
    if (!runs_.empty() && runs_.back().sentence == run.sentence && begin == runs_.back().end + 1 &&
        folded_[begin - 1] == "and") {
      run.is_plural = true;
      runs_.back().is_plural = true;
    }
    runs_.push_back(run);
  }

  [[nodiscard]] std::string_view stem_of_name(std::uint32_t w) const {
    std::string_view word = folded_[w];
    if (word.ends_with("'s")) word.remove_suffix(2);
    return word.ends_with(".") ? word.substr(0, word.size() - 1) : word;
  }

  // ---- What refers ----

  void refer(std::uint32_t w) {
    const std::string_view word = folded_[w];
    if (const auto agreement = personal_pronoun(word)) {
      add(w, nearest_run(w, *agreement));
    } else if (is_one_of(word, {"who", "whom", "whose", "which"})) {
      relative(w);
    } else if (is_one_of(word, {"the", "this", "that", "these", "those"}) && w + 1 < n_words_ &&
               sentences_[w + 1] == sentences_[w] && !folded_[w + 1].empty()) {
      definite(w + 1);
    }
  }

  void add(std::uint32_t w, std::optional<std::pair<std::uint32_t, std::uint32_t>> antecedent) {
    if (antecedent && antecedent->second <= w) references_.push_back({w, antecedent->first, antecedent->second});
  }
  void add(std::uint32_t w, const Run* run) {
    if (run != nullptr) references_.push_back({w, run->begin, run->end});
  }

  [[nodiscard]] static bool disagrees(const Run& run, Agreement wanted) {
    if (wanted == Agreement::kPlural) return false;
    if (run.hint) return *run.hint != wanted;
    return false;
  }

  /// Nearest run that ends before word w and agrees; the second choice is one that is unlikely.
  [[nodiscard]] const Run* nearest_run(std::uint32_t w, Agreement wanted) {
    while (n_runs_before_ < runs_.size() && runs_[n_runs_before_].end <= w) ++n_runs_before_;
    const Run* second_choice = nullptr;
    std::size_t n_seen = 0;
    for (std::size_t r = n_runs_before_; r-- > 0 && n_seen < kMostRunsSeen; ++n_seen) {
      const Run& run = runs_[r];
      if (run.sentence + kSentencesBack < sentences_[w]) break;
      if (disagrees(run, wanted)) continue;
      const bool is_person = wanted == Agreement::kMale || wanted == Agreement::kFemale;
      const bool is_unlikely = (is_person && (run.is_placed || run.is_plural)) ||
                               (wanted == Agreement::kPlural && !run.is_plural) ||
                               (wanted == Agreement::kThing && run.is_plural);
      if (!is_unlikely) return &run;
      if (second_choice == nullptr) second_choice = &run;
    }
    return second_choice;
  }

  void relative(std::uint32_t w) {
    std::uint32_t before = w;
    const std::uint32_t sentence_begin = context_.document.sentences[sentences_[w]].first_word;
    for (std::size_t n_skipped = 0; before > sentence_begin && n_skipped < 3; ++n_skipped) {
      --before;
      // "the firm, of which" and "the firm, which"
      if (words_[before].is_punctuation ||
          is_one_of(folded_[before], {"of", "in", "to", "for", "with", "by", "from"})) {
        continue;
      }
      if (is_no_name(folded_[before])) return;
      while (n_runs_before_ < runs_.size() && runs_[n_runs_before_].end <= w) ++n_runs_before_;
      if (n_runs_before_ > 0 && runs_[n_runs_before_ - 1].end == before + 1) {
        add(w, &runs_[n_runs_before_ - 1]);
      } else {
        add(w, std::pair{before, before + 1});
      }
      return;
    }
  }

  /// Word `noun` follows "the" or "this".
  void definite(std::uint32_t noun) {
    if (is_one_of(folded_[noun], {"former", "latter"})) {
      former_or_latter(noun);
      return;
    }
    if (is_proper_[noun] != 0 || is_no_name(folded_[noun])) return;
    const auto mention = mentions_.find(stem(folded_[noun]));
    if (mention != mentions_.end() && sentences_[mention->second.second - 1] + kMentionSentences >= sentences_[noun]) {
      add(noun, mention->second);
      return;
    }
    const auto agreement = class_noun(folded_[noun]);
    if (!agreement) return;
    if (!names_a_person(folded_[noun])) {
      add(noun, nearest_run(noun, Agreement::kThing));
      return;
    }
    // A noun for a person says neither he nor she: only things disagree.
    const Run* as_man = nearest_run(noun, Agreement::kMale);
    const Run* as_woman = nearest_run(noun, Agreement::kFemale);
    add(noun, as_man == nullptr || (as_woman != nullptr && as_woman->begin > as_man->begin) ? as_woman : as_man);
  }

  void former_or_latter(std::uint32_t w) {
    while (n_runs_before_ < runs_.size() && runs_[n_runs_before_].end <= w) ++n_runs_before_;
    std::size_t n_seen = 0;
    for (std::size_t r = n_runs_before_; r-- > 1 && n_seen < kMostRunsSeen; ++n_seen) {
      if (runs_[r].sentence + kSentencesBack < sentences_[w]) return;
      if (runs_[r - 1].sentence != runs_[r].sentence) continue;
      add(w, folded_[w] == "former" ? &runs_[r - 1] : &runs_[r]);
      return;
    }
  }

  // ---- Mentions: nouns with modifiers or a name beside them ----

  void note_mention(std::uint32_t w) {
    if (folded_[w].empty() || is_no_name(folded_[w]) || is_proper_[w] != 0) return;
    std::uint32_t begin = w;
    while (begin > 0 && w - begin < kMostModifiers && sentences_[begin - 1] == sentences_[w] &&
           !folded_[begin - 1].empty() && !is_no_name(folded_[begin - 1])) {
      --begin;
    }
    // A determiner before it tells a noun phrase from a clause that happens to end in the word.
    const bool is_phrase =
        begin > 0 && is_one_of(folded_[begin - 1], {"a", "an", "the", "this", "that", "these", "those", "his", "her",
                                                    "its", "their", "our", "my", "your", "some", "two", "three", "of"});
    const bool has_name = begin < w && is_proper_[w - 1] != 0;
    if (begin < w && (is_phrase || has_name)) mentions_[stem(folded_[w])] = {begin, w + 1};
  }

  const PreparedContext& context_;
  const std::vector<Word>& words_;
  std::size_t n_words_;
  std::vector<std::string> folded_;  // "" for punctuation
  std::vector<std::uint32_t> sentences_;
  std::vector<std::uint8_t> is_proper_;
  std::vector<Run> runs_;
  std::size_t n_runs_before_ = 0;  // that end before the word at hand
  std::unordered_map<std::string, std::pair<std::uint32_t, std::uint32_t>> mentions_;
  std::vector<Reference> references_;
};

}  // namespace

std::vector<Reference> find_references(const PreparedContext& context) { return ReferenceFinder(context).run(); }

void keep_references(PreparedContext& context) {
  const std::vector<Reference> references = find_references(context);
  // From the back: what refers to an antecedent that itself refers has been seen before it.
  for (auto reference = references.rbegin(); reference != references.rend(); ++reference) {
    const float least = context.forced[reference->word] != 0 ? 1.0F : context.priorities[reference->word];
    for (std::uint32_t w = reference->first_word; w < reference->end_word; ++w) {
      if (!context.document.words[w].is_punctuation) context.priorities[w] = std::max(context.priorities[w], least);
    }
  }
}

}  // namespace pith
