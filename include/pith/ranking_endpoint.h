// Where to reach a server that ranks contexts for a question, for those rank_methods that are no local computation.
#pragma once

#include <cstddef>
#include <string>

namespace pith {

/// What is empty is taken from the environment and the provider's defaults when the ranker is made: the key from
/// OPENAI_API_KEY, VOYAGE_API_KEY, COHERE_API_KEY or JINA_API_KEY (by rank_method), the address and the model name from
/// the provider's public API. Keys are sent to that address only and never logged.
struct RankingEndpoint {
  std::string base_url;  ///< e.g. "http://127.0.0.1:8080/v1"; https unless the host is this machine
  std::string api_key;
  std::string model;  ///< e.g. "text-embedding-3-small"
  int timeout_ms = 30'000;
  int n_retries = 4;            ///< after 429, 5xx and broken connections, with back-off
  std::size_t batch_size = 64;  ///< texts per request
};

}  // namespace pith
