// Contexts by the cosine of their embedding and the question's. Of a context above the embedder's max_tokens() only the
// head counts.
#pragma once

#include "compress/context_ranker.h"
#include "model/text_embedder.h"

namespace pith {

class EmbeddingRanker final : public ContextRanker {
 public:
  /// `embedder` must outlive the ranker.
  explicit EmbeddingRanker(const TextEmbedder* embedder) : embedder_(embedder) {}

  [[nodiscard]] Result<std::vector<RankedContext>> rank(std::string_view question,
                                                        std::span<const std::string_view> contexts,
                                                        const ProgressCallback& progress = {}) const override;

 private:
  const TextEmbedder* embedder_;
};

}  // namespace pith
