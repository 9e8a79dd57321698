// Contexts by a server's judgement: the cosine of its vectors for question and context, or its reranker's scores.
#pragma once

#include <utility>

#include "compress/context_ranker.h"
#include "compress/rankers/ranking_server.h"

namespace pith {

class ServerRanker final : public ContextRanker {
 public:
  explicit ServerRanker(RankingServer server) : server_(std::move(server)) {}

  /// One request after the other, of batch_size texts each. Contexts of nothing but white space, which servers refuse,
  /// are not sent: their key is NaN, and they rank last. `progress` counts texts, and may also cancel a request that is
  /// under way. Errors: those of ask_ranking_server(); kIo for an answer of the wrong shape; kInvalidArgument for an
  /// empty question.
  [[nodiscard]] Result<std::vector<RankedContext>> rank(std::string_view question,
                                                        std::span<const std::string_view> contexts,
                                                        const ProgressCallback& progress = {}) const override;

 private:
  RankingServer server_;
};

}  // namespace pith
