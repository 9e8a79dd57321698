// Contexts by the words they share with the question (bm25.h).
#pragma once

#include "compress/context_ranker.h"

namespace pith {

class Bm25Ranker final : public ContextRanker {
 public:
  /// `reference`: bm25_okapi_scores() instead of bm25_scores().
  explicit Bm25Ranker(bool reference) : reference_(reference) {}

  [[nodiscard]] Result<std::vector<RankedContext>> rank(std::string_view question,
                                                        std::span<const std::string_view> contexts,
                                                        const ProgressCallback& progress = {}) const override;

 private:
  bool reference_;
};

}  // namespace pith
