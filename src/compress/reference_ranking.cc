#include "compress/reference_ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compress/bm25.h"
#include "compress/rankers/gzip_ranker.h"
#include "compress/rankers/perplexity_ranker.h"
#include "compress/reference_model_text.h"
#include "compress/reference_python.h"

namespace pith {
namespace {

std::vector<std::size_t> ascending(std::vector<double> keys, bool is_descending) {
  for (double& key : keys) key = is_descending ? -key : key;
  return python_sort_order(keys);
}

}  // namespace

Result<std::vector<float>> reference_text_scores(std::span<const std::string> texts, std::string_view question,
                                                 QuestionPlace place, std::size_t max_positions, const CausalLm& lm,
                                                 ReferenceProgress* progress) {
  const ReferenceModelText model_text(lm);
  const std::size_t n_question = place == QuestionPlace::kBefore ? model_text.n_ids_with_bos(question) : 0;
  CausalBatch batch;
  std::vector<std::size_t> first_values;  // per text
  for (const std::string& text : texts) {
    std::string scored = text;
    std::int64_t first = 0;
    if (place == QuestionPlace::kBefore) {
      scored.insert(0, question);
      first = static_cast<std::int64_t>(n_question) - 1;
    } else if (place == QuestionPlace::kAfter) {
      scored.append(question);
      first = static_cast<std::int64_t>(model_text.n_ids_with_bos(text)) - 1;
    }
    std::vector<TokenId> ids = model_text.ids_with_bos(scored);
    ids.resize(std::min(ids.size(), max_positions));
    if (ids.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "reference mode cannot rank an empty text; leave out empty contexts or turn the filter off");
    }
    first_values.push_back(python_slice_bound(first, ids.size() - 1));
    batch.wanted_from.push_back(first_values.back() + 1);
    batch.sequences.ids.insert(batch.sequences.ids.end(), ids.begin(), ids.end());
    batch.sequences.end_sequence();
  }
  progress->expect(batch.sequences.ids.size());
  const auto nll = lm.score(batch, progress->next());
  if (!nll) return tl::unexpected(nll.error());
  std::vector<float> scores;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // Value j belongs to id j + 1.
    const std::size_t begin = batch.sequences.begin[i] + first_values[i] + 1, end = batch.sequences.begin[i + 1];
    double sum = 0;
    for (std::size_t at = begin; at < end; ++at) sum += static_cast<double>((*nll)[at]);
    scores.push_back(begin < end ? static_cast<float>(sum / static_cast<double>(end - begin))
                                 : std::numeric_limits<float>::quiet_NaN());
  }
  return scores;
}

std::vector<std::size_t> order_of_reference_scores(std::span<const double> scores, QuestionPlace place) {
  return ascending({scores.begin(), scores.end()}, place == QuestionPlace::kNone);
}

Result<std::vector<std::size_t>> rank_reference_texts(std::span<const std::string> texts,
                                                      const ReferenceRanking& ranking, const CausalLm& lm,
                                                      ReferenceProgress* progress) {
  if (ranking.method == "llmlingua" || ranking.method == "longllmlingua") {
    const auto scores = reference_text_scores(texts, ranking.question + std::string(kRankingSuffix), ranking.place,
                                              ranking.max_positions, lm, progress);
    if (!scores) return tl::unexpected(scores.error());
    const std::vector<double> keys(scores->begin(), scores->end());
    return order_of_reference_scores(keys, ranking.place);
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  if (ranking.method == "gzip") {
    auto distances = gzip_distances(ranking.question, views);
    if (!distances) return tl::unexpected(distances.error());
    return ascending(std::move(*distances), false);
  }
  if (ranking.method == "bm25") return ascending(bm25_okapi_scores(ranking.question, views), true);
  if (ranking.ranker == nullptr) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("rank_method \"{}\" is not available here", ranking.method.substr(0, 64)));
  }
  const auto ranked = ranking.ranker->rank(ranking.question, views, progress->next());
  if (!ranked) return tl::unexpected(ranked.error());
  std::vector<std::size_t> order;
  for (const RankedContext& context : *ranked) order.push_back(context.context);
  return order;
}

}  // namespace pith
