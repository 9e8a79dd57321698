#include "compress/classifier_scorer.h"

#include "compress/score_contexts.h"
#include "compress/stopwatch.h"
#include "compress/weigh_by_question.h"

namespace pith {

Result<void> ClassifierScorer::score(const ScoringTask& task) const {
  const CompressRequest& request = task.request;
  if (auto ok = score_contexts(task.contexts, classifier_, windows_, request.chunk_end_tokens, request.token_to_word,
                               task.progress, task.timings);
      !ok) {
    return ok;
  }
  if (!ranks_by_question(request)) return {};
  Stopwatch watch;
  if (auto ok = weigh_by_question(request.question, embedder_, task.progress, task.contexts); !ok) return ok;
  task.timings.score += watch.lap();
  return {};
}

}  // namespace pith
