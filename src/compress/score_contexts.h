// The score step: contexts to word scores through the token classifier. The only step that runs a model.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compress/llmlingua2.h"
#include "compress/prepared_context.h"

namespace pith {

/// Fills `scores` of every context (segmented already). Adds to timings.tokenize and timings.score.
[[nodiscard]] Result<void> score_contexts(std::span<PreparedContext> contexts, const TokenClassifier& classifier,
                                          const WindowOptions& windows, std::span<const std::string> chunk_end_tokens,
                                          TokenToWord token_to_word, const ProgressCallback& progress,
                                          Timings& timings);

}  // namespace pith
