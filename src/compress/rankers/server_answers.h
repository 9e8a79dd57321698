// What ranking servers are sent and what they answer, as JSON texts. Pure functions; answers come from strangers and
// are checked to the last field.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compress/rankers/ranking_server.h"
#include "pith/result.h"

namespace pith {

/// A request for vectors of `texts`. `is_query` matters to dialects that tell questions from documents. Broken UTF-8
/// becomes U+FFFD.
[[nodiscard]] std::string embedding_request(const RankingServer& server, std::span<const std::string_view> texts,
                                            bool is_query);

/// A request for the scores of `documents`.
[[nodiscard]] std::string rerank_request(const RankingServer& server, std::string_view question,
                                         std::span<const std::string_view> documents);

/// {"data": [{"index": 0, "embedding": [0.1, ...]}, ...]}: the vectors in the order of their indices, each of length 1.
/// `name` stands before messages. Errors: kIo, naming the field: no JSON, another shape, not n_texts of them, an index
/// out of range or twice, vectors that are empty, of several lengths, all zero or hold what is no finite number.
[[nodiscard]] Result<std::vector<std::vector<double>>> read_embeddings(std::string_view name, std::string_view answer,
                                                                       std::size_t n_texts);

/// {"results": [{"index": 0, "relevance_score": 0.9}, ...]} or [{"index": 0, "score": 0.9}, ...]: a score for each
/// document. Errors: as read_embeddings().
[[nodiscard]] Result<std::vector<double>> read_scores(std::string_view name, std::string_view answer,
                                                      std::size_t n_documents);

}  // namespace pith
