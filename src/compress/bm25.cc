#include "compress/bm25.h"

#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>

namespace pith {
namespace {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

/// The distinct terms of a query, numbered in their order; without function words, unless there is nothing else.
class QueryTerms {
 public:
  explicit QueryTerms(std::string_view query) {
    StringMap<std::size_t> function_words;
    for_each_term(query, [&](std::string_view term) {
      if (term.size() == 1 && term == "s") return;  // of a genitive
      StringMap<std::size_t>& map = is_function_word(term) ? function_words : numbers_;
      map.try_emplace(std::string(term), map.size());
    });
    counts_function_words_ = numbers_.empty();
    if (counts_function_words_) numbers_ = std::move(function_words);
  }

  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  [[nodiscard]] const std::size_t* find(std::string_view term) const {
    const auto found = numbers_.find(term);
    return found == numbers_.end() ? nullptr : &found->second;
  }
  /// Whether a term of a passage adds to the passage's length.
  [[nodiscard]] bool counts(std::string_view term) const { return counts_function_words_ || !is_function_word(term); }

 private:
  StringMap<std::size_t> numbers_;
  bool counts_function_words_ = false;
};

/// How often a passage has each term of the query; only those it has.
struct Occurrences {
  std::vector<std::pair<std::size_t, double>> n_of_term;
  double n_terms = 0;  ///< of the passage, in all
};

}  // namespace

std::vector<double> bm25_scores(std::string_view query, std::span<const std::string_view> passages,
                                const Bm25Options& options) {
  std::vector<double> scores(passages.size(), 0.0);
  const QueryTerms terms(query);
  if (terms.size() == 0) return scores;
  std::vector<Occurrences> found(passages.size());
  std::vector<double> n_passages_with(terms.size(), 0.0);
  std::vector<double> count(terms.size(), 0.0);
  double n_terms_in_all = 0;
  for (std::size_t p = 0; p < passages.size(); ++p) {
    std::vector<std::size_t> present;  // in the order of their first occurrence, which fixes the order of the sum
    for_each_term(passages[p], [&](std::string_view term) {
      if (!terms.counts(term)) return;
      ++found[p].n_terms;
      const std::size_t* number = terms.find(term);
      if (number == nullptr) return;
      if (count[*number]++ == 0) present.push_back(*number);
    });
    for (const std::size_t number : present) {
      found[p].n_of_term.emplace_back(number, count[number]);
      ++n_passages_with[number];
      count[number] = 0;
    }
    n_terms_in_all += found[p].n_terms;
  }
  const auto n_passages = static_cast<double>(passages.size());
  const double mean_length = n_terms_in_all / n_passages;
  for (std::size_t p = 0; p < passages.size(); ++p) {
    for (const auto& [number, n] : found[p].n_of_term) {
      const double n_with = n_passages_with[number];
      const double idf = std::log1p((n_passages - n_with + 0.5) / (n_with + 0.5));
      const double length = 1 - options.b + options.b * found[p].n_terms / mean_length;
      scores[p] += idf * n * (options.k1 + 1) / (n + options.k1 * length);
    }
  }
  return scores;
}

}  // namespace pith
