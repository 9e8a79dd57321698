// What a method adds to the pipeline: how much each word should stay.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compress/prepared_context.h"
#include "model/token_classifier.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// What a scorer is told.
struct ScoringTask {
  const CompressRequest& request;
  /// Prepared; those with is_dropped are not to be scored. In the order of the request.
  std::span<PreparedContext> contexts;
  /// The order in which the contexts will stand in the result (indices of contexts that are not dropped).
  std::span<const std::size_t> order;
  /// About the share of the contexts' tokens that will stay, in (0, 1], for methods that read what they have kept.
  double rate = 1;
  /// Per context how much more (or less) than `rate` of it should stay, in [-1, 1]; empty = nothing asked.
  /// (LongLLMLingua's rank-dependent rates.) A scorer that knows better raises scores accordingly and returns true from
  /// heeds_rate_offsets(); for the others the pipeline shifts ranks.
  std::span<const double> rate_offsets;
  const ProgressCallback& progress;
  Timings& timings;  ///< tokenize and score are the scorer's to add to
  std::vector<std::string>& warnings;
};

/// Immutable and thread-safe.
class WordScorer {
 public:
  WordScorer() = default;
  WordScorer(const WordScorer&) = delete;
  WordScorer& operator=(const WordScorer&) = delete;
  virtual ~WordScorer() = default;

  /// Sets `scores` of every context that is not dropped: one in [0, 1] per word, no NaN; higher stays longer. All
  /// contexts share one scale and one budget. May set `unit_of_word` (words that stay or go together). Errors: the
  /// model's, kCancelled.
  [[nodiscard]] virtual Result<void> score(const ScoringTask& task) const = 0;

  [[nodiscard]] virtual bool heeds_rate_offsets() const { return false; }
  /// Whether punctuation, pronouns and negations may be ranked with the words they belong to (constraints.h,
  /// lift_companions.h). Truncation, lots and whole sentences say no: they are what they are.
  [[nodiscard]] virtual bool wants_linguistic_rules() const { return true; }
};

}  // namespace pith
