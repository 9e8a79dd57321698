#include "compress/rankers/ranking_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/json.h"
#include "net/http.h"
#include "net/url.h"
#include "text/utf8.h"

namespace pith {
namespace {

struct Provider {
  std::string_view rank_method;
  ServerTask task;
  ServerDialect dialect;
  std::string_view base_url;
  std::string_view path;
  std::string_view key_variable;  ///< "": servers of one's own, which may go without
  std::string_view model;
};
constexpr std::array kProviders{
    Provider{"openai", ServerTask::kEmbed, ServerDialect::kOpenAi, "https://api.openai.com/v1", "/embeddings",
             "OPENAI_API_KEY", "text-embedding-3-small"},
    Provider{"voyageai", ServerTask::kEmbed, ServerDialect::kVoyage, "https://api.voyageai.com/v1", "/embeddings",
             "VOYAGE_API_KEY", "voyage-3.5"},
    Provider{"cohere", ServerTask::kRerank, ServerDialect::kCohere, "https://api.cohere.com", "/v2/rerank",
             "COHERE_API_KEY", "rerank-v3.5"},
    Provider{"jinza", ServerTask::kRerank, ServerDialect::kJina, "https://api.jina.ai/v1", "/rerank", "JINA_API_KEY",
             "jina-reranker-v2-base-multilingual"},
    Provider{"bge_reranker", ServerTask::kRerank, ServerDialect::kAnyReranker, "http://127.0.0.1:8080", "/rerank", "",
             "BAAI/bge-reranker-large"},
    Provider{"bge_llmembedder", ServerTask::kEmbed, ServerDialect::kOpenAi, "http://127.0.0.1:8080/v1", "/embeddings",
             "", "BAAI/llm-embedder"},
};

std::string variable(std::string_view name) {
  const char* const value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

std::string without_outer_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin));
}

tl::unexpected<Error> bad_setting(std::string_view rank_method, const std::string& what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("rank_method \"{}\": {}", rank_method, what));
}

/// Scheme and path behind what the caller wrote.
Result<Url> posted_url(const Provider& provider, std::string_view given) {
  std::string text = without_outer_spaces(given.empty() ? provider.base_url : given);
  if (text.find("://") == std::string::npos) {
    const auto guess = parse_url(fmt::format("http://{}", text));
    text = fmt::format("{}://{}", guess && is_loopback(guess->host) ? "http" : "https", text);
  }
  auto url = parse_url(text);
  if (!url) return bad_setting(provider.rank_method, fmt::format("base_url: {}", url.error().message));
  std::string& target = url->target;
  if (target.find('?') != std::string::npos) {
    return bad_setting(provider.rank_method, "base_url: a query (?...) cannot stand in it");
  }
  while (target.ends_with('/')) target.pop_back();
  std::string_view path = provider.path;
  if (provider.dialect == ServerDialect::kCohere && target.ends_with("/v2")) path.remove_prefix(3);
  if (!target.ends_with(path)) target += path;
  return url;
}

/// What a stranger says, for one line of a message: its first 300 bytes, without the key.
std::string shown(std::string_view text, const std::string& key) {
  constexpr std::size_t kMostBytes = 300;
  std::string whole(text);
  if (!key.empty()) {
    for (std::size_t at = 0; (at = whole.find(key, at)) != std::string::npos;) whole.replace(at, key.size(), "***");
  }
  std::string line;
  for (std::size_t at = 0; at < whole.size() && line.size() < kMostBytes;) {
    const CodePoint c = decode_code_point(whole, at);
    const bool is_control = c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0) || c.value == 0x2028 ||
                            c.value == 0x2029 || (c.value >= 0x202A && c.value <= 0x202E);
    append_utf8(is_control ? U' ' : c.value, &line);
    at += c.n_bytes;
  }
  return without_outer_spaces(line);
}

/// The provider's words in an answer that is an error: {"error": {"message": ...}}, {"error": ...}, {"message": ...} or
/// {"detail": ...}; else the body itself.
std::string reason_in(std::string_view body, const std::string& key) {
  const auto parsed = parse_json(body, "answer");
  if (parsed && parsed->is_object()) {
    for (const std::string_view name : {"error", "message", "detail"}) {
      const json::value* found = parsed->as_object().if_contains(name);
      if (found != nullptr && found->is_object()) found = found->as_object().if_contains("message");
      if (found != nullptr && found->is_string()) return shown(std::string_view(found->as_string()), key);
    }
  }
  return shown(body, key);
}

std::string next_step(const RankingServer& server, int status) {
  switch (status) {
    case 401:
    case 403:
      return server.key_hint;
    case 404:
      return fmt::format("check base_url and the model name (\"{}\")", server.model);
    case 413:
      return "lower batch_size or drop the longest contexts";
    case 429:
      return "lower batch_size, wait, or raise the provider's limit";
    default:
      break;
  }
  if (status / 100 == 3) return "redirects are not followed, so that the key stays where it belongs: correct base_url";
  if (status / 100 == 4) return "check the model name and the length of the contexts";
  return "try later, or use a local rank_method (bm25, embedding)";
}

bool is_transient(int status) { return status == 408 || status == 429 || status / 100 == 5; }

Attempt refused(const RankingServer& server, const HttpText& answer) {
  const HttpHead& head = answer.response.head;
  const std::string reason = reason_in(answer.body, server.api_key);
  Attempt attempt;
  attempt.is_transient = is_transient(head.status);
  const bool is_callers = head.status / 100 == 4 && !attempt.is_transient;
  attempt.error = Error{is_callers ? ErrorCode::kInvalidArgument : ErrorCode::kIo,
                        fmt::format("{}: answered {}{}{}; {}", head.host, head.status, reason.empty() ? "" : ": ",
                                    reason, next_step(server, head.status))};
  if (attempt.is_transient) {
    attempt.retry_after = parse_retry_after(head.header("Retry-After"), std::chrono::system_clock::now());
  }
  return attempt;
}

}  // namespace

Result<RankingServer> resolve_ranking_server(std::string_view rank_method, const RankingEndpoint& endpoint) {
  const auto provider = std::find_if(kProviders.begin(), kProviders.end(),
                                     [&](const Provider& p) { return p.rank_method == rank_method; });
  if (provider == kProviders.end()) {
    return fail(ErrorCode::kUnknownField, fmt::format("rank_method: \"{}\" asks no server", rank_method));
  }
  if (endpoint.timeout_ms < 1) return bad_setting(rank_method, "timeout_ms must be at least 1");
  if (endpoint.n_retries < 0) return bad_setting(rank_method, "n_retries must be at least 0");
  if (endpoint.batch_size < 1) return bad_setting(rank_method, "batch_size must be at least 1");
  const auto url = posted_url(*provider, endpoint.base_url);
  if (!url) return tl::unexpected(url.error());
  const bool is_here = is_loopback(url->host);

  RankingServer server;
  server.rank_method = rank_method;
  server.task = provider->task;
  server.dialect = provider->dialect;
  server.url = to_text(*url);
  server.model = endpoint.model.empty() ? std::string(provider->model) : endpoint.model;
  server.timeout_ms = endpoint.timeout_ms;
  server.batch_size = endpoint.batch_size;
  server.retry.most_fruitless = endpoint.n_retries;
  server.retry.most_in_all = endpoint.n_retries;
  if (!is_here) server.proxies = proxy_settings_from_environment();
  if (rank_method == "bge_llmembedder") {
    server.query_prefix = "Represent this query for retrieving relevant documents: ";
    server.document_prefix = "Represent this document for retrieval: ";
  }

  server.key_hint = provider->key_variable.empty() ? std::string("set api_key")
                                                   : fmt::format("set {} or api_key", provider->key_variable);
  server.api_key = without_outer_spaces(endpoint.api_key);
  const bool may_take_variable = is_here || url->scheme == "https";
  if (server.api_key.empty() && may_take_variable) {
    server.api_key = without_outer_spaces(variable(provider->key_variable));
  }
  if (server.api_key.empty() && endpoint.base_url.empty() && !provider->key_variable.empty()) {
    return bad_setting(rank_method, fmt::format("{} wants a key: {}", url->host, server.key_hint));
  }
  if (!std::all_of(server.api_key.begin(), server.api_key.end(), [](char c) { return c > ' ' && c < 0x7F; })) {
    return bad_setting(rank_method, "the key holds spaces, control characters or bytes beyond ASCII; copy it again");
  }
  return server;
}

Result<std::string> ask_ranking_server(const RankingServer& server, std::string_view json,
                                       std::uint64_t max_answer_bytes, const std::function<bool()>& cancelled) {
  using Clock = std::chrono::steady_clock;
  HttpRequest request{.url = server.url, .headers = {{"Accept", "application/json"}}};
  if (!server.api_key.empty()) request.authorization = fmt::format("Bearer {}", server.api_key);
  std::string body;
  const auto attempt = [&]() -> Attempt {
    const auto deadline = Clock::now() + std::chrono::milliseconds(server.timeout_ms);
    bool is_late = false;
    HttpOptions options;
    options.connect_timeout_ms = server.timeout_ms;
    options.idle_timeout_ms = server.timeout_ms;
    options.max_body_bytes = max_answer_bytes;
    options.proxies = server.proxies;
    options.cancelled = [&] {
      if (cancelled && cancelled()) return true;
      is_late = Clock::now() >= deadline;
      return is_late;
    };
    auto answer = http_post_json(request, json, options);
    if (!answer) {
      Attempt failed{.error = std::move(answer.error().error), .is_transient = answer.error().is_transient};
      if (is_late) {
        const auto url = parse_url(server.url);
        failed.is_transient = true;
        failed.error =
            Error{ErrorCode::kIo, fmt::format("{}: no whole answer within {} ms; raise timeout_ms or lower batch_size",
                                              url ? authority(*url) : "", server.timeout_ms)};
      }
      return failed;
    }
    constexpr int kOk = 200;
    if (answer->response.head.status != kOk) return refused(server, *answer);
    body = std::move(answer->body);
    return {};
  };
  const Watch watch{.cancelled = cancelled};
  if (auto ok = repeat(server.retry, watch, attempt); !ok) return tl::unexpected(ok.error());
  return body;
}

}  // namespace pith
