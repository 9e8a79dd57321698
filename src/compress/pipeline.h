// The one pipeline of all methods: recognise, segment, (rank contexts,) score, select, render. Methods differ in who
// scores.
#pragma once

#include "compress/context_ranker.h"
#include "compress/word_scorer.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

struct PipelineParts {
  const WordScorer& scorer;
  /// Ranks several contexts before the weakest are dropped and words are scored (coarse_filter.h); null: contexts stay
  /// in their order, and the context-level filter, if asked for, goes by the scores of their words.
  const ContextRanker* ranker = nullptr;
  /// The result has instruction and question if its method wants them (framed_prompt()); off for parts of a prompt.
  bool is_framed = true;
};

/// Compresses a validated request (compress/validate.h). Errors: kBudgetTooSmall, those of the scorer and the ranker,
/// kCancelled.
[[nodiscard]] Result<CompressResult> compress_by_scores(const CompressRequest& request, const PipelineParts& parts,
                                                        const TokenCounter& counter,
                                                        const ProgressCallback& progress = {});

}  // namespace pith
