#include "net/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace pith {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kMostUrlBytes = 8192;  // signed addresses of download servers have 1 to 2 KiB

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? kHttpsPort : kHttpPort; }

/// A URL for an error message: without what may be secret, and without what could steer a terminal.
std::string shown(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  if (text.find('@') != std::string_view::npos) return "(a URL with an '@')";
  constexpr std::size_t kMostShown = 200;
  std::string out(text.substr(0, kMostShown));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("'{}'", out);
}

tl::unexpected<Error> bad_url(std::string_view text, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("URL {}: {}", shown(text), what));
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_host_name(std::string_view host) {
  constexpr std::size_t kMostHostBytes = 253;
  return !host.empty() && host.size() <= kMostHostBytes && host.front() != '.' && host.front() != '-' &&
         host.find("..") == std::string_view::npos && std::all_of(host.begin(), host.end(), [](char c) {
           return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
         });
}

/// "scheme:" at the front, by RFC 3986.
bool has_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && is_alpha(text.front()) &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

/// RFC 3986, section 5.2.4, for a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_folder = false;
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    ends_in_folder = segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    begin = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (out.empty() || ends_in_folder) out += '/';
  return out;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const std::string_view whole = text;
  if (text.size() > kMostUrlBytes) {
    return bad_url(whole, fmt::format("{} bytes, more than the limit of {}", text.size(), kMostUrlBytes));
  }
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    return bad_url(whole, "a space, a control character or a letter beyond ASCII in it: write it as %XX");
  }
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) return bad_url(whole, "does not begin with https:// or http://");
  Url url;
  for (const char c : text.substr(0, separator)) url.scheme += lower(c);
  if (url.scheme != "http" && url.scheme != "https") return bad_url(whole, "only https and http are supported");
  text.remove_prefix(separator + 3);

  const std::size_t path_at = std::min(text.find_first_of("/?#"), text.size());
  std::string_view host = text.substr(0, path_at);
  std::string_view target = text.substr(path_at);
  if (host.find('@') != std::string_view::npos) return bad_url(whole, "a user name or password in a URL is refused");

  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    url.host = host.substr(1, end == std::string_view::npos ? end : end - 1);
    std::transform(url.host.begin(), url.host.end(), url.host.begin(), lower);
    if (end == std::string_view::npos || !is_ipv6(url.host)) return bad_url(whole, "not an IPv6 address in brackets");
    port = host.substr(end + 1);
    if (!port.empty() && port.front() != ':') return bad_url(whole, "something between the address and the port");
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    for (const char c : host.substr(0, colon)) url.host += lower(c);
    if (!is_host_name(url.host)) {
      return bad_url(whole, "not a host name (letters, digits, dots and hyphens; others as their xn-- form)");
    }
    port = host.substr(colon);
  }
  url.port = default_port(url.scheme);
  if (port.size() > 1) {
    const char* const end = port.data() + port.size();
    const auto [rest, error] = std::from_chars(port.data() + 1, end, url.port);
    if (error != std::errc() || rest != end || url.port == 0) return bad_url(whole, "the port is not from 1 to 65535");
  }
  target = target.substr(0, target.find('#'));
  url.target = fmt::format("{}{}", target.starts_with('/') ? "" : "/", target);
  return url;
}

Result<Url> resolve_reference(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (has_scheme(reference)) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(fmt::format("{}:{}", base.scheme, reference));
  const std::string_view base_target = base.target;
  const std::string_view base_path = base_target.substr(0, base_target.find('?'));
  std::string target;
  if (reference.empty()) {
    target = base.target;
  } else if (reference.starts_with('?')) {
    target = std::string(base_path) + std::string(reference);
  } else {
    const std::size_t query_at = std::min(reference.find('?'), reference.size());
    std::string path(reference.substr(0, query_at));
    if (!path.starts_with('/')) path = std::string(base_path.substr(0, base_path.rfind('/') + 1)) + path;
    target = without_dot_segments(path) + std::string(reference.substr(query_at));
  }
  Url origin = base;
  origin.target.clear();
  return parse_url(to_text(origin) + target);
}

std::string authority(const Url& url) {
  std::string out = url.host.find(':') == std::string::npos ? url.host : fmt::format("[{}]", url.host);
  if (url.port != default_port(url.scheme)) out += fmt::format(":{}", url.port);
  return out;
}

std::string to_text(const Url& url) { return url.scheme + "://" + authority(url) + url.target; }

bool same_origin(const Url& a, const Url& b) { return a.scheme == b.scheme && a.host == b.host && a.port == b.port; }

bool is_loopback(std::string_view host) {
  const std::string name(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, name.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return name == "localhost";
}

std::string percent_encoded(std::string_view text, std::string_view keep) {
  std::string out;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* const digits = text.data() + i + 1;
      if (std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace pith
