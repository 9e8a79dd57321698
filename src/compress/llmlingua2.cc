#include "compress/llmlingua2.h"

#include "compress/classifier_scorer.h"
#include "compress/pipeline.h"

namespace pith {

Result<CompressResult> compress_llmlingua2(const CompressRequest& request, const TokenClassifier& classifier,
                                           const TokenCounter& counter, const WindowOptions& windows,
                                           const ProgressCallback& progress, const TextEmbedder* embedder) {
  const ClassifierScorer scorer(classifier, windows, embedder);
  return compress_by_scores(request, {.scorer = scorer}, counter, progress);
}

}  // namespace pith
