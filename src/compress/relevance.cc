#include "compress/relevance.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "compress/bm25.h"

namespace pith {
namespace {

/// Sentence encoders put unrelated texts at cosines of about 0 to 0.1 and a question's answer at 0.4 to 0.8: if even
/// the best is below this, nothing fits, and small differences must not be blown up.
constexpr double kLeastBestCosine = 0.2;
/// What a similarity counts beside a BM25 score. Tuned on every other question of the set named in relevance.h; 1 to 4
/// do as well.
constexpr double kCosineWeight = 2;
/// What a passage's context counts beside the passage. Its words are some of the context's, so this need not be much.
constexpr double kContextWeight = 0.25;

/// Every value as a share of the largest, or of `least` if that is larger; negative ones are 0.
void divide_by_best(double least, std::vector<double>* values) {
  const double best = values->empty() ? 0 : std::max(least, *std::ranges::max_element(*values));
  for (double& value : *values) value = best > 0 ? std::max(value, 0.0) / best : 0;
}

/// Cosine similarity of each passage with the question.
Result<std::vector<double>> similarities(std::string_view question, std::span<const std::string_view> passages,
                                         const TextEmbedder& embedder, const ProgressCallback& progress) {
  std::vector<std::string_view> texts{question};
  texts.insert(texts.end(), passages.begin(), passages.end());
  const auto vectors = embedder.embed(texts, progress);
  if (!vectors) return tl::unexpected(vectors.error());
  const std::size_t n_dims = embedder.n_dims();
  PITH_CHECK(vectors->size() == texts.size() * n_dims, "an embedder that does not give each text a vector");
  std::vector<double> cosines;
  for (std::size_t t = 1; t < texts.size(); ++t) {
    double cosine = 0;
    for (std::size_t d = 0; d < n_dims; ++d) {
      cosine += static_cast<double>((*vectors)[d]) * static_cast<double>((*vectors)[t * n_dims + d]);
    }
    cosines.push_back(cosine);
  }
  return cosines;
}

/// values[i] += weight * more[i].
void add(std::vector<double>* values, double weight, const std::vector<double>& more) {
  for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] += weight * more[i];
}

}  // namespace

Result<std::vector<float>> passage_relevance(std::string_view question, std::span<const std::string_view> contexts,
                                             std::span<const Passage> passages, const TextEmbedder* embedder,
                                             const ProgressCallback& progress) {
  std::vector<std::string_view> texts;
  texts.reserve(passages.size());
  for (const Passage& passage : passages) {
    PITH_CHECK(passage.context < contexts.size(), fmt::format("a passage of context {}", passage.context));
    texts.push_back(passage.span.of(contexts[passage.context]));
  }
  std::vector<double> values = bm25_scores(question, texts);
  divide_by_best(0, &values);
  std::vector<double> of_context(contexts.size(), 0.0);
  const bool has_two_levels = contexts.size() > 1 && passages.size() > contexts.size();
  if (has_two_levels) {
    of_context = bm25_scores(question, contexts);
    divide_by_best(0, &of_context);
  }
  const bool asks_something = std::ranges::any_of(question, [](char c) { return c != ' ' && c != '\n' && c != '\t'; });
  if (embedder != nullptr && asks_something && !texts.empty()) {
    auto cosines = similarities(question, texts, *embedder, progress);
    if (!cosines) return tl::unexpected(cosines.error());
    divide_by_best(kLeastBestCosine, &*cosines);
    add(&values, kCosineWeight, *cosines);
    divide_by_best(1, &values);
    if (has_two_levels) {  // an encoder reads no more than a passage: a context is as near as its nearest passage
      std::vector<double> nearest(contexts.size(), 0.0);
      for (std::size_t p = 0; p < passages.size(); ++p) {
        nearest[passages[p].context] = std::max(nearest[passages[p].context], (*cosines)[p]);
      }
      add(&of_context, kCosineWeight, nearest);
      divide_by_best(1, &of_context);
    }
  }
  if (has_two_levels) {
    for (std::size_t p = 0; p < passages.size(); ++p) values[p] += kContextWeight * of_context[passages[p].context];
    divide_by_best(1, &values);
  }
  return std::vector<float>(values.begin(), values.end());
}

void weigh_by_relevance(std::span<const float> relevance_of_word, std::span<float> scores) {
  PITH_CHECK(relevance_of_word.size() == scores.size(),
             fmt::format("{} relevances for {} words", relevance_of_word.size(), scores.size()));
  const std::size_t n = scores.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
    const float score = scores[order[begin]];
    while (end < n && scores[order[end]] == score) ++end;
    const auto quantile = static_cast<float>(static_cast<double>(begin + end) / (2 * static_cast<double>(n)));
    for (std::size_t i = begin; i < end; ++i) scores[order[i]] = weighed(quantile, relevance_of_word[order[i]]);
  }
}

}  // namespace pith
