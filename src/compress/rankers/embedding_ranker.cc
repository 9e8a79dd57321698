#include "compress/rankers/embedding_ranker.h"

#include <numeric>

#include "base/check.h"
#include "compress/rankers/ranked_by_key.h"

namespace pith {

Result<std::vector<RankedContext>> EmbeddingRanker::rank(std::string_view question,
                                                         std::span<const std::string_view> contexts,
                                                         const ProgressCallback& progress) const {
  std::vector<std::string_view> texts{question};
  texts.insert(texts.end(), contexts.begin(), contexts.end());
  const auto vectors = embedder_->embed(texts, progress);
  if (!vectors) return tl::unexpected(vectors.error());
  const std::size_t n_dims = embedder_->n_dims();
  PITH_CHECK(vectors->size() == texts.size() * n_dims, "");
  const auto vector_of = [&](std::size_t t) { return std::span(*vectors).subspan(t * n_dims, n_dims); };
  const auto of_question = vector_of(0);
  std::vector<double> cosines(contexts.size());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const auto of_context = vector_of(c + 1);
    cosines[c] = std::inner_product(of_question.begin(), of_question.end(), of_context.begin(), 0.0);
  }
  return ranked_by_key(cosines, BestKey::kHighest);
}

}  // namespace pith
