#include "net/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "net/exchange.h"
#include "net/url.h"

namespace pith {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

tl::unexpected<HttpFailure> refuse(ErrorCode code, std::string message) {
  return tl::unexpected(HttpFailure{{code, std::move(message)}, false});
}

/// Where a redirect leads.
tl::expected<Url, HttpFailure> next_url(const Url& url, const HttpHead& head) {
  const std::string_view location = head.header("Location");
  if (location.empty()) {
    return refuse(ErrorCode::kIo,
                  fmt::format("{}: answered {} (a redirect) without saying where to", authority(url), head.status));
  }
  auto next = resolve_reference(url, location);
  if (!next) {
    return refuse(ErrorCode::kIo,
                  fmt::format("{}: redirects to something unusable: {}", authority(url), next.error().message));
  }
  if (url.scheme == "https" && next->scheme == "http") {
    return refuse(ErrorCode::kIo, fmt::format("{}: redirects from https to plain http at {}, which is not followed",
                                              authority(url), authority(*next)));
  }
  return *next;
}

Result<void> check_encoding(const HttpHead& head) {
  const std::string_view encoding = head.header("Content-Encoding");
  if (encoding.empty() || same_name(encoding, "identity")) return {};
  return fail(ErrorCode::kIo, fmt::format("{}: compressed its answer unasked, so sizes and checksums would not fit; if "
                                          "there is a proxy in between, bypass it with NO_PROXY",
                                          head.host));
}

std::vector<HttpHeader> headers_for(const HttpRequest& request, const HttpOptions& options, const Url& url,
                                    bool with_authorization) {
  std::vector<HttpHeader> headers{{"Host", authority(url)},
                                  {"User-Agent", options.user_agent},
                                  {"Accept-Encoding", "identity"},
                                  {"Connection", "close"}};
  headers.insert(headers.end(), request.headers.begin(), request.headers.end());
  if (with_authorization) headers.push_back({"Authorization", request.authorization});
  return headers;
}

}  // namespace

std::string_view HttpHead::header(std::string_view name) const& {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const HttpHeader& header) { return same_name(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

tl::expected<HttpResponse, HttpFailure> http_get(const HttpRequest& request, const HttpOptions& options,
                                                 const HttpHandler& handler) {
  const auto first = parse_url(request.url);
  if (!first) return refuse(first.error().code, first.error().message);
  Url url = *first;
  bool with_authorization = !request.authorization.empty();
  HttpResponse response;
  while (true) {
    const auto proxy = proxy_for(url, options.proxies);
    if (!proxy) return refuse(proxy.error().code, proxy.error().message);
    const Exchange exchange{.url = url,
                            .proxy = *proxy,
                            .headers = headers_for(request, options, url, with_authorization),
                            .connect_timeout_ms = options.connect_timeout_ms,
                            .idle_timeout_ms = options.idle_timeout_ms,
                            .max_body_bytes = options.max_body_bytes,
                            .cancelled = options.cancelled};
    const auto on_head = [&](const HttpHead& head) -> Result<bool> {
      if (is_redirect(head.status)) return false;  // its body is of no interest
      if (auto ok = check_encoding(head); !ok) return tl::unexpected(ok.error());
      response.head = head;
      if (handler.on_head) {
        if (auto ok = handler.on_head(response); !ok) return tl::unexpected(ok.error());
      }
      return true;
    };
    auto head = run_exchange(exchange, on_head, handler.on_body);
    if (!head) return tl::unexpected(std::move(head.error()));
    if (!is_redirect(head->status)) return response;
    auto next = next_url(url, *head);
    if (!next) return tl::unexpected(std::move(next.error()));
    response.redirects.push_back(std::move(*head));
    if (response.redirects.size() > static_cast<std::size_t>(options.max_redirects)) {
      return refuse(ErrorCode::kIo, fmt::format("{}: more than {} redirects, the last to {}: given up", first->host,
                                                options.max_redirects, authority(*next)));
    }
    with_authorization = with_authorization && same_origin(url, *next);
    url = std::move(*next);
  }
}

tl::expected<HttpText, HttpFailure> http_get_text(const HttpRequest& request, const HttpOptions& options) {
  HttpText text;
  const HttpHandler handler{.on_head = {}, .on_body = [&](std::string_view piece) -> Result<void> {
                              text.body += piece;
                              return {};
                            }};
  auto response = http_get(request, options, handler);
  if (!response) return tl::unexpected(std::move(response.error()));
  text.response = std::move(*response);
  return text;
}

tl::expected<HttpText, HttpFailure> http_post_json(const HttpRequest& request, std::string_view json,
                                                   const HttpOptions& options) {
  const auto url = parse_url(request.url);
  if (!url) return refuse(url.error().code, url.error().message);
  const auto proxy = proxy_for(*url, options.proxies);
  if (!proxy) return refuse(proxy.error().code, proxy.error().message);
  Exchange exchange{.url = *url,
                    .proxy = *proxy,
                    .method = "POST",
                    .headers = headers_for(request, options, *url, !request.authorization.empty()),
                    .body = json,
                    .connect_timeout_ms = options.connect_timeout_ms,
                    .idle_timeout_ms = options.idle_timeout_ms,
                    .max_body_bytes = options.max_body_bytes,
                    .cancelled = options.cancelled};
  exchange.headers.push_back({"Content-Type", "application/json"});
  exchange.headers.push_back({"Content-Length", std::to_string(json.size())});
  HttpText text;
  const auto on_head = [](const HttpHead& head) -> Result<bool> {
    if (auto ok = check_encoding(head); !ok) return tl::unexpected(ok.error());
    return true;
  };
  const auto on_body = [&](std::string_view piece) -> Result<void> {
    text.body += piece;
    return {};
  };
  auto head = run_exchange(exchange, on_head, on_body);
  if (!head) return tl::unexpected(std::move(head.error()));
  text.response.head = std::move(*head);
  return text;
}

}  // namespace pith
