// LLMLingua-2 (arXiv 2403.12968) as Pith does it: one pass of the token classifier, one global ranking of words, an
// exact budget.
#pragma once

#include "model/token_classifier.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

struct WindowOptions {
  std::size_t n_tokens = 0;  ///< 0: 256 or the model's maximum; specials included
  std::size_t n_overlap_tokens = 16;
};

/// Compresses a validated request (compress/validate.h). The model never reads more than one window at a time; windows
/// of all contexts go to the classifier together. Errors: kBudgetTooSmall, kInvalidArgument (window sizes), and the
/// classifier's.
[[nodiscard]] Result<CompressResult> compress_llmlingua2(const CompressRequest& request,
                                                         const TokenClassifier& classifier, const TokenCounter& counter,
                                                         const WindowOptions& windows,
                                                         const ProgressCallback& progress = {});

}  // namespace pith
