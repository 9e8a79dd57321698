// Which proxy a request goes through, by the environment variables that other programs obey too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/url.h"
#include "pith/result.h"

namespace pith {

/// The values of http_proxy, https_proxy, all_proxy and no_proxy; "" where unset.
struct ProxySettings {
  std::string http;
  std::string https;
  std::string all;
  std::string no_proxy;
};

/// Reads the variables in lower case, else in upper case. HTTP_PROXY in upper case is ignored where REQUEST_METHOD is
/// set: in a CGI script a stranger chooses it (the header `Proxy:`).
[[nodiscard]] ProxySettings proxy_settings_from_environment();

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< "Basic ..." or ""
};

/// The proxy for `url`, or nothing for a direct connection. A value without a scheme means http://. Errors:
/// kInvalidArgument (not a URL), kUnsupported (a proxy that is not spoken to over http://); messages name the variable
/// but never its value.
[[nodiscard]] Result<std::optional<Proxy>> proxy_for(const Url& url, const ProxySettings& settings);

/// `no_proxy` is a list separated by commas or spaces of: "*"; a domain, with or without a leading dot, which stands
/// for its subdomains too; an IP address; a network as 10.0.0.0/8 or fd00::/8. A port may follow a domain or IPv4
/// address, an IPv6 address is then written in brackets. Case does not matter.
[[nodiscard]] bool bypasses_proxy(std::string_view host, std::uint16_t port, std::string_view no_proxy);

}  // namespace pith
