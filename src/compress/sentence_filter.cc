#include "compress/sentence_filter.h"

#include <algorithm>

namespace pith {
namespace {

struct Candidate {
  std::size_t context = 0;
  std::size_t sentence = 0;
  double score = 0;
  double n_tokens = 0;
};

/// `n` of the request as a count of at most `limit`.
std::size_t clamped(std::int64_t n, std::size_t limit) {
  return n <= 0 ? 0 : std::min(static_cast<std::size_t>(n), limit);
}

/// The sentences of one context that the model read, with their bonuses.
std::vector<Candidate> candidates_of(const SentenceInput& input, std::size_t c, const CompressRequest& request) {
  std::vector<Candidate> all;
  const std::vector<Sentence>& sentences = input.context.document.sentences;
  for (std::size_t s = 0; s < sentences.size(); ++s) {
    Candidate candidate{.context = c, .sentence = s};
    for (std::size_t w = sentences[s].first_word; w < sentences[s].end_word; ++w) {
      candidate.score += static_cast<double>(input.surprise[w]);
      candidate.n_tokens += input.n_tokens[w];
    }
    if (candidate.n_tokens == 0) continue;
    candidate.score /= candidate.n_tokens;
    all.push_back(candidate);
  }
  std::vector<std::size_t> best(all.size());
  for (std::size_t i = 0; i < best.size(); ++i) best[i] = i;
  std::ranges::stable_sort(best, std::ranges::greater{}, [&](std::size_t i) { return all[i].score; });
  for (std::size_t i = 0; i < clamped(request.keep_first_sentence, all.size()); ++i) {
    all[i].score += request.high_priority_bonus;
  }
  for (std::size_t i = 0; i < clamped(request.keep_last_sentence, all.size()); ++i) {
    all[all.size() - 1 - i].score += request.high_priority_bonus;
  }
  for (std::size_t i = 0; i < clamped(request.keep_sentence_number, all.size()); ++i) {
    all[best[i]].score += request.high_priority_bonus;
  }
  return all;
}

}  // namespace

std::vector<std::vector<std::uint8_t>> filter_sentences(std::span<const SentenceInput> contexts,
                                                        const CompressRequest& request, double rate) {
  std::vector<std::vector<std::uint8_t>> stays;
  std::vector<Candidate> all;
  double budget = 0;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    stays.emplace_back(contexts[c].context.n_words(), std::uint8_t{1});
    for (const Candidate& candidate : candidates_of(contexts[c], c, request)) {
      budget += candidate.n_tokens;
      all.push_back(candidate);
    }
  }
  budget *= rate * request.token_budget_ratio;
  std::ranges::stable_sort(all, std::ranges::greater{}, &Candidate::score);
  for (const Candidate& candidate : all) {
    if (budget <= 0) {
      const Sentence& sentence = contexts[candidate.context].context.document.sentences[candidate.sentence];
      std::fill(stays[candidate.context].begin() + sentence.first_word,
                stays[candidate.context].begin() + sentence.end_word, std::uint8_t{0});
    }
    budget -= candidate.n_tokens;
  }
  return stays;
}

}  // namespace pith
