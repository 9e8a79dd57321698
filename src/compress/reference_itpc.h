// Iterative token-level prompt compression as llmlingua 0.2.2 computes it (arXiv 2310.05736, section 3.3, algorithm 2;
// with the contrast of arXiv 2310.06839, section 4.2): window after window the model reads what the last window was
// shortened to and the next one, and a threshold over all likelihoods known decides. Its quirks are kept: a token is
// judged by the likelihood of the one behind it, a tail shorter than a window stays, and what was evicted from the
// model's memory still takes part in thresholds.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "compress/reference_progress.h"
#include "compress/reference_tags.h"
#include "model/causal_lm.h"

namespace pith {

/// One threshold, as it is taken. `values` (nats; differences of them with a contrast) live during the call only.
struct ReferenceThreshold {
  double ratio = 0;
  std::span<const float> values;
  float threshold = 0;  ///< values above it stay; -infinity for a ratio of exactly 1
};
using ReferenceThresholdObserver = std::function<void(const ReferenceThreshold&)>;

struct ReferenceItpcInput {
  std::vector<TokenId> ids;                           ///< the prefix, then the contexts; no token in front
  std::size_t n_prefix = 0;                           ///< ids that condition the others and are not part of the result
  std::vector<std::vector<ReferencePiece>> schedule;  ///< pieces of each window
  std::size_t window = 200;                           ///< ids, > 0
  bool contrast = false;    ///< judge an id by how much the prefix lowers its surprise; else by its surprise
  bool keep_split = false;  ///< keep runs of `split_token`
  TokenId split_token = 0;
  std::size_t max_positions = 0;  ///< ids a pass may read and the model's memory may hold, > 0
  std::size_t n_sinks = 10;       ///< first ids of that memory that are never evicted, beside the prefix
};

/// The ids that stay. Time is quadratic in the number of windows, as every threshold looks at all values. Errors:
/// kInvalidArgument where the library raises (no ids, windows without pieces, a window that does not fit); the model's.
[[nodiscard]] Result<std::vector<TokenId>> compress_reference_ids(const ReferenceItpcInput& input, const CausalLm& lm,
                                                                  ReferenceProgress* progress,
                                                                  const ReferenceThresholdObserver& observe = {});

}  // namespace pith
