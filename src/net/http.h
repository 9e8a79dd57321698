// A client over HTTP and HTTPS: one GET at a time, streamed to the caller, or one POST, on the caller's thread.
//
//   HttpOptions options;
//   options.proxies = proxy_settings_from_environment();
//   auto text = http_get_text({.url = "https://example.org/list.json"}, options);
//   if (!text) return tl::unexpected(text.error().error);
//
// Certificates are checked against the system's store, which SSL_CERT_FILE and SSL_CERT_DIR replace. What a server can
// grow is bounded: 64 KiB of headers, max_redirects, max_body_bytes, and idle_timeout_ms between two pieces of the
// body. No retries here: HttpFailure::is_transient says whether one is worth it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "net/proxy.h"
#include "pith/result.h"

namespace pith {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Status and headers of one answer.
struct HttpHead {
  std::string host;  ///< who answered
  int status = 0;
  std::vector<HttpHeader> headers;

  /// The first header of that name, in any case; "" when there is none. Views the head.
  [[nodiscard]] std::string_view header(std::string_view name) const&;
  std::string_view header(std::string_view name) const&& = delete;
};

struct HttpRequest {
  std::string url;
  std::vector<HttpHeader> headers{};  ///< sent to every server on the way; no secrets here
  /// The value of an Authorization header, sent only to the scheme, host and port of `url` and, once a redirect has
  /// left them, to nobody any more.
  std::string authorization{};
};

struct HttpOptions {
  std::string user_agent = "pith";
  int connect_timeout_ms = 15'000;  ///< to connect, and again for the TLS handshake
  int idle_timeout_ms = 30'000;     ///< without a byte from the server
  int max_redirects = 8;            ///< a redirect from https to http is never followed
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
  ProxySettings proxies{};
  /// Asked at least ten times a second, except while a name is looked up; true ends the request with kCancelled.
  std::function<bool()> cancelled{};
};

/// Messages name the host, what went wrong and what to try, and hold neither queries (signed URLs) nor secrets.
struct HttpFailure {
  Error error;
  bool is_transient = false;  ///< the same request may succeed a little later
};

struct HttpResponse {
  HttpHead head;
  std::vector<HttpHead> redirects;  ///< the answers before it, first to last

  /// What the server that was asked in the first place answered.
  [[nodiscard]] const HttpHead& first() const { return redirects.empty() ? head : redirects.front(); }
};

/// Receives the last answer (redirects are followed). An error returned from either ends the request with it.
struct HttpHandler {
  std::function<Result<void>(const HttpResponse& so_far)> on_head{};
  std::function<Result<void>(std::string_view piece)> on_body{};  ///< at most 64 KiB at a time, valid during the call
};

/// Any status is a response, failures are what keeps a whole one from arriving. Codes: kInvalidArgument (URL, proxy
/// setting), kIo (network, TLS, an answer that breaks the protocol or off before its end), kTooLarge, kCancelled, and
/// what the handler returned.
[[nodiscard]] tl::expected<HttpResponse, HttpFailure> http_get(const HttpRequest& request, const HttpOptions& options,
                                                               const HttpHandler& handler);

struct HttpText {
  HttpResponse response;
  std::string body;
};

/// The same with the body as a string; set options.max_body_bytes.
[[nodiscard]] tl::expected<HttpText, HttpFailure> http_get_text(const HttpRequest& request, const HttpOptions& options);

/// POST of a JSON text. Redirects are answers like others and not followed, so nothing reaches another server. The
/// caller says what `cancelled` means (an end of patience, too); an answer is as bounded as with http_get_text().
[[nodiscard]] tl::expected<HttpText, HttpFailure> http_post_json(const HttpRequest& request, std::string_view json,
                                                                 const HttpOptions& options);

}  // namespace pith
