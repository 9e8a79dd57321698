#include "net/proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

namespace pith {
namespace {

std::string variable(const char* lower_case, const char* upper_case) {
  for (const char* name : {lower_case, upper_case}) {
    const char* const value = name == nullptr ? nullptr : std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string base64(const std::string& bytes) {
  std::vector<unsigned char> out(4 * (bytes.size() / 3 + 1) + 1);
  const std::vector<unsigned char> in(bytes.begin(), bytes.end());
  const int n = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
  return {out.begin(), out.begin() + n};
}

/// The bytes of an IP address, 4 or 16 of them; none for a name.
std::vector<std::uint8_t> address_bytes(const std::string& host) {
  std::vector<std::uint8_t> bytes(16);
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return value;
}

bool in_network(const std::string& host, const std::string& network, std::string_view prefix) {
  const auto address = address_bytes(host);
  const auto base = address_bytes(network);
  const auto n_bits = whole_number<std::size_t>(prefix);
  if (address.empty() || address.size() != base.size() || !n_bits || *n_bits > 8 * base.size()) return false;
  for (std::size_t i = 0; i < *n_bits; ++i) {
    if ((((address[i / 8] ^ base[i / 8]) >> (7 - i % 8)) & 1) != 0) return false;
  }
  return true;
}

bool entry_matches(const std::string& host, std::uint16_t port, std::string entry) {
  if (entry == "*") return true;
  if (const std::size_t slash = entry.find('/'); slash != std::string::npos) {
    return in_network(host, entry.substr(0, slash), std::string_view(entry).substr(slash + 1));
  }
  std::string_view port_text;
  if (entry.starts_with('[')) {
    const std::size_t end = entry.find(']');
    if (end == std::string::npos) return false;
    port_text = std::string_view(entry).substr(end + 1);
    if (!port_text.empty() && port_text.front() != ':') return false;
    if (!port_text.empty() && whole_number<std::uint16_t>(port_text.substr(1)) != port) return false;
    entry = entry.substr(1, end - 1);
  } else if (const std::size_t colon = entry.find(':'); colon != std::string::npos && colon == entry.rfind(':')) {
    if (whole_number<std::uint16_t>(std::string_view(entry).substr(colon + 1)) != port) return false;
    entry.resize(colon);
  }
  if (const auto address = address_bytes(host); !address.empty()) return address == address_bytes(entry);
  if (entry.starts_with("*.")) entry.erase(0, 1);
  if (entry.starts_with('.')) entry.erase(0, 1);
  if (entry.ends_with('.')) entry.pop_back();
  return !entry.empty() && (host == entry || host.ends_with('.' + entry));
}

}  // namespace

ProxySettings proxy_settings_from_environment() {
  const bool is_cgi = std::getenv("REQUEST_METHOD") != nullptr;
  return {.http = variable("http_proxy", is_cgi ? nullptr : "HTTP_PROXY"),
          .https = variable("https_proxy", "HTTPS_PROXY"),
          .all = variable("all_proxy", "ALL_PROXY"),
          .no_proxy = variable("no_proxy", "NO_PROXY")};
}

bool bypasses_proxy(std::string_view host, std::uint16_t port, std::string_view no_proxy) {
  const std::string name = lowered(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
  constexpr std::string_view kSeparators = ", \t";
  while (true) {
    const std::size_t begin = no_proxy.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return false;
    no_proxy.remove_prefix(begin);
    const std::size_t end = std::min(no_proxy.find_first_of(kSeparators), no_proxy.size());
    if (entry_matches(name, port, lowered(no_proxy.substr(0, end)))) return true;
    no_proxy.remove_prefix(end);
  }
}

Result<std::optional<Proxy>> proxy_for(const Url& url, const ProxySettings& settings) {
  const bool is_https = url.scheme == "https";
  const std::string& own = is_https ? settings.https : settings.http;
  const std::string& value = own.empty() ? settings.all : own;
  if (value.empty() || bypasses_proxy(url.host, url.port, settings.no_proxy)) return std::nullopt;

  const std::string_view name = own.empty() ? "ALL_PROXY" : is_https ? "HTTPS_PROXY" : "HTTP_PROXY";
  std::string_view rest = value;
  if (const std::size_t separator = rest.find("://"); separator != std::string_view::npos) {
    if (lowered(rest.substr(0, separator)) != "http") {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: only proxies spoken to over http:// are supported (https sites are reached through "
                              "them all the same): give http://HOST:PORT",
                              name));
    }
    rest.remove_prefix(separator + 3);
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  Proxy proxy;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    proxy.authorization = "Basic " + base64(percent_decoded(rest.substr(0, at)));
    rest.remove_prefix(at + 1);
  }
  auto address = parse_url("http://" + std::string(rest));
  if (!address) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: not an address of a proxy: give http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT "
                            "with other characters than letters and digits written as %XX",
                            name));
  }
  proxy.host = std::move(address->host);
  proxy.port = address->port;
  return proxy;
}

}  // namespace pith
