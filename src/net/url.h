// URLs of http and https, as far as a download client needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

/// Every field is printable ASCII, so it can be put into a request as it is.
struct Url {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< never 0 once parsed
  std::string target;      ///< path and query as they stand: "/a/b?c=d"; begins with '/'

  friend bool operator==(const Url&, const Url&) = default;
};

/// Parses an absolute URL. A fragment is dropped. Errors: kInvalidArgument: another scheme, a user name or password
/// (which would end up in logs), a host or port that is none, spaces, control characters or bytes above 0x7e. The
/// message never repeats what stands before an '@' or after a '?', where secrets are.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// What `reference` (a Location header) means on the page `base`: RFC 3986, section 5.2. Errors: those of parse_url.
[[nodiscard]] Result<Url> resolve_reference(const Url& base, std::string_view reference);

/// "host" or "host:8080", an IPv6 address in brackets; the scheme's own port is left out. What a Host header holds.
[[nodiscard]] std::string authority(const Url& url);

/// "https://host/path?query"
[[nodiscard]] std::string to_text(const Url& url);

/// Scheme, host and port are the same: what a secret given for one may be sent to the other.
[[nodiscard]] bool same_origin(const Url& a, const Url& b);

/// "localhost", 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

/// `text` for use in a path: all but unreserved characters of RFC 3986 and those in `keep` become %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view keep = "");

/// %XX becomes the byte it stands for; a % that no two hexadecimal digits follow stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace pith
