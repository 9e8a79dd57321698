#include "compress/baselines/sentence_scorers.h"

#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "compress/baselines/characteristic_terms.h"
#include "compress/bm25.h"
#include "compress/stopwatch.h"
#include "compress/text_units.h"

namespace pith {
namespace {

/// (term number, weight), in the order in which terms first occur.
using SparseVector = std::vector<std::pair<std::size_t, double>>;

/// Terms by number, and in how many passages each is.
class TermNumbers {
 public:
  /// How often each term of `text` occurs; new terms get numbers if `adds`, and are passed over otherwise.
  SparseVector count(std::string_view text, bool adds) {
    SparseVector counts;
    for_each_term(text, [&](std::string_view term) {
      if (is_function_word(term)) return;
      std::string key(term);
      auto found = numbers_.find(key);
      if (found == numbers_.end()) {
        if (!adds) return;
        found = numbers_.emplace(std::move(key), n_passages_.size()).first;
        n_passages_.push_back(0);
        place_.push_back(0);
      }
      const std::size_t number = found->second;
      if (place_[number] >= counts.size() || counts[place_[number]].first != number) {
        place_[number] = counts.size();
        counts.emplace_back(number, 0);
      }
      ++counts[place_[number]].second;
    });
    if (adds) {
      for (const auto& [number, n] : counts) ++n_passages_[number];
    }
    return counts;
  }

  /// Counts to weights, of length 1.
  void weigh(std::size_t n_passages, SparseVector* counts) const {
    double square = 0;
    for (auto& [number, value] : *counts) {
      const double rarity = std::log(1 + static_cast<double>(n_passages) / static_cast<double>(n_passages_[number]));
      value = (1 + std::log(value)) * rarity;
      square += value * value;
    }
    for (auto& [number, value] : *counts) value /= std::sqrt(square);
  }

  [[nodiscard]] std::size_t size() const { return n_passages_.size(); }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::size_t> n_passages_;
  std::vector<std::size_t> place_;  ///< in the vector that is being counted
};

}  // namespace

std::vector<double> tf_idf_cosines(std::string_view query, std::span<const std::string_view> passages) {
  TermNumbers terms;
  std::vector<SparseVector> vectors;
  vectors.reserve(passages.size());
  for (const std::string_view passage : passages) vectors.push_back(terms.count(passage, true));
  for (SparseVector& vector : vectors) terms.weigh(passages.size(), &vector);
  std::vector<double> target(terms.size(), 0.0);
  if (query.empty()) {
    for (const SparseVector& vector : vectors) {
      for (const auto& [number, value] : vector) target[number] += value;
    }
    double square = 0;
    for (const double value : target) square += value * value;
    for (double& value : target) value /= std::sqrt(square);
  } else {
    SparseVector asked = terms.count(query, false);
    terms.weigh(passages.size(), &asked);
    for (const auto& [number, value] : asked) target[number] = value;
  }
  std::vector<double> cosines;
  cosines.reserve(vectors.size());
  for (const SparseVector& vector : vectors) {
    double cosine = 0;
    for (const auto& [number, value] : vector) cosine += value * target[number];
    cosines.push_back(cosine);
  }
  return cosines;
}

Result<void> Bm25SentenceScorer::score(const ScoringTask& task) const {
  Stopwatch watch;
  const std::vector<TextUnit> units = sentence_units(task);
  const std::vector<std::string_view> texts = texts_of(task, units);
  const std::string& question = task.request.question;
  score_units(task, units, bm25_scores(question.empty() ? characteristic_terms(texts) : question, texts));
  task.timings.score += watch.lap();
  return {};
}

Result<void> TfIdfSentenceScorer::score(const ScoringTask& task) const {
  Stopwatch watch;
  const std::vector<TextUnit> units = sentence_units(task);
  score_units(task, units, tf_idf_cosines(task.request.question, texts_of(task, units)));
  task.timings.score += watch.lap();
  return {};
}

}  // namespace pith
