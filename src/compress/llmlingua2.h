// LLMLingua-2 (arXiv 2403.12968) as Pith does it: one pass of the token classifier, one global ranking of words, an
// exact budget.
#pragma once

#include "model/text_embedder.h"
#include "model/token_classifier.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Whether the request's question takes part in its ranking.
[[nodiscard]] inline bool ranks_by_question(const CompressRequest& request) {
  return !request.question.empty() && request.method == "llmlingua2" && !request.reference;
}

struct WindowOptions {
  std::size_t n_tokens = 0;  ///< 0: 256 or the model's maximum; specials included
  std::size_t n_overlap_tokens = 16;
};

/// Compresses a validated request (compress/validate.h). The model never reads more than one window at a time; windows
/// of all contexts go to the classifier together. With a question words are ranked by how well their passage fits it as
/// well, by `embedder` and words in common, or (null) by words in common alone. Errors: kBudgetTooSmall,
/// kInvalidArgument (window sizes), and the models'.
[[nodiscard]] Result<CompressResult> compress_llmlingua2(const CompressRequest& request,
                                                         const TokenClassifier& classifier, const TokenCounter& counter,
                                                         const WindowOptions& windows,
                                                         const ProgressCallback& progress = {},
                                                         const TextEmbedder* embedder = nullptr);

}  // namespace pith
