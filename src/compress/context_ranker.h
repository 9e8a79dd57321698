// Which of several documents matter for a question: one interface for every rank_method of the published library and
// for those of Pith. make_ranker.h makes one by name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

struct RankedContext {
  std::size_t context = 0;
  /// The ranker's own measure, in its own direction (a perplexity, a cosine); for people and tests.
  double key = 0;

  friend bool operator==(const RankedContext&, const RankedContext&) = default;
};

/// Immutable and thread-safe.
class ContextRanker {
 public:
  ContextRanker() = default;
  ContextRanker(const ContextRanker&) = delete;
  ContextRanker& operator=(const ContextRanker&) = delete;
  virtual ~ContextRanker() = default;

  /// Every context once, best first; equal keys keep the order of the request. `question` may be empty where
  /// needs_question() is false. Errors: the model's or the endpoint's (kIo after retries, kInvalidArgument for what a
  /// server refuses), kCancelled.
  [[nodiscard]] virtual Result<std::vector<RankedContext>> rank(std::string_view question,
                                                                std::span<const std::string_view> contexts,
                                                                const ProgressCallback& progress = {}) const = 0;
  [[nodiscard]] virtual bool needs_question() const { return true; }
};

}  // namespace pith
