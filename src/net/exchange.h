// One request and its answer over one new connection: everything that needs Boost.Asio, Beast and OpenSSL's TLS, which
// are slow to compile and therefore stay in exchange.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "net/http.h"
#include "net/proxy.h"
#include "net/url.h"

namespace pith {

struct Exchange {
  Url url;
  std::optional<Proxy> proxy;  ///< http: asked for the whole URL; https: asked for a tunnel (CONNECT)
  std::string_view method = "GET";
  std::vector<HttpHeader> headers;  ///< all of them, Host and what describes the body included
  std::string_view body{};          ///< sent behind the headers
  int connect_timeout_ms = 0;
  int idle_timeout_ms = 0;
  std::uint64_t max_body_bytes = 0;
  std::function<bool()> cancelled;
};

/// `on_head` says whether the body is wanted; if not, the connection is closed and the head returned.
/// Errors: see http_get().
[[nodiscard]] tl::expected<HttpHead, HttpFailure> run_exchange(
    const Exchange& exchange, const std::function<Result<bool>(const HttpHead&)>& on_head,
    const std::function<Result<void>(std::string_view)>& on_body);

}  // namespace pith
