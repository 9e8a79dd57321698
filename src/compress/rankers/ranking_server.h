// A server that ranks texts for a question, by the HTTP interface its provider has given it: where it is, what is sent,
// with which key, and how often it is asked again.
//
// The key is sent to the address it is configured for and to no other (redirects are not followed), and stands in no
// message, even if the server repeats it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/hub/retry.h"
#include "net/proxy.h"
#include "pith/ranking_endpoint.h"
#include "pith/result.h"

namespace pith {

/// What the server computes for one question.
enum class ServerTask {
  kEmbed,   ///< a vector for each text
  kRerank,  ///< a score for each document
};

/// The dialect of a provider.
enum class ServerDialect {
  kOpenAi,       ///< POST /embeddings {model, input}; also what local servers speak
  kVoyage,       ///< the same with input_type
  kCohere,       ///< POST /v2/rerank {model, query, documents, top_n}
  kJina,         ///< POST /rerank, likewise
  kAnyReranker,  ///< POST /rerank of Text Embeddings Inference {query, texts} or of Jina's shape, whichever it is
};

/// Everything resolved: nothing here is taken from elsewhere any more.
struct RankingServer {
  std::string rank_method;
  ServerTask task = ServerTask::kEmbed;
  ServerDialect dialect = ServerDialect::kOpenAi;
  std::string url;       ///< that is posted to
  std::string api_key;   ///< "": none is sent
  std::string key_hint;  ///< how to give a key
  std::string model;
  std::string query_prefix;     ///< stands before the question
  std::string document_prefix;  ///< stands before each context
  int timeout_ms = 0;           ///< of one try, from connecting to the last byte
  std::size_t batch_size = 0;
  RetryPolicy retry{};
  ProxySettings proxies{};  ///< not used for this machine
};

/// `endpoint` with what it leaves open from the environment and the provider's defaults. A base_url without a scheme is
/// https, on this machine http; http to another machine only if it says http://, and then with no key from the
/// environment. Errors: kInvalidArgument (the address, a key that is missing or no printable ASCII, numbers out of
/// range), kUnknownField (no such method).
[[nodiscard]] Result<RankingServer> resolve_ranking_server(std::string_view rank_method,
                                                           const RankingEndpoint& endpoint);

/// Posts one request and returns the body of the answer with status 200. Tries again after 408, 429, 5xx, a broken
/// connection or a timeout, as server.retry says, waiting what the server asks for. `cancelled` is asked ten times a
/// second. Errors: kIo; kInvalidArgument for other statuses of 4xx, which mean that the request, the key or the model
/// is wrong; kTooLarge (an answer above max_answer_bytes); kCancelled. Messages hold the host, the status, what the
/// server says about it (bounded, one line) and the next step.
[[nodiscard]] Result<std::string> ask_ranking_server(const RankingServer& server, std::string_view json,
                                                     std::uint64_t max_answer_bytes,
                                                     const std::function<bool()>& cancelled);

}  // namespace pith
