// The question's part in the ranking: words, pieces and records of passages that fit it go first.
#pragma once

#include <span>
#include <string_view>

#include "compress/prepared_context.h"
#include "model/text_embedder.h"

namespace pith {

/// Replaces the scores of all contexts by weighed() ranks (relevance.h), and the importances of their nodes by the same
/// measure, which then are priorities as they are. `embedder` may be null: words in common alone count. Call after
/// scoring, before punctuation is ranked. Errors: the embedder's.
[[nodiscard]] Result<void> weigh_by_question(std::string_view question, const TextEmbedder* embedder,
                                             const ProgressCallback& progress, std::span<PreparedContext> contexts);

}  // namespace pith
