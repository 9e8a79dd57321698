#include "compress/rankers/bm25_ranker.h"

#include "compress/bm25.h"
#include "compress/rankers/ranked_by_key.h"

namespace pith {

Result<std::vector<RankedContext>> Bm25Ranker::rank(std::string_view question,
                                                    std::span<const std::string_view> contexts,
                                                    const ProgressCallback& /*progress*/) const {
  return ranked_by_key(reference_ ? bm25_okapi_scores(question, contexts) : bm25_scores(question, contexts),
                       BestKey::kHighest);
}

}  // namespace pith
