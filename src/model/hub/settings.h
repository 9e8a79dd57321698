// Where the hub is and how to talk to it, from the environment.
#pragma once

#include <cstdint>
#include <string>

#include "model/hub/retry.h"
#include "net/http.h"
#include "pith/result.h"

namespace pith {

struct HubSettings {
  std::string endpoint;  ///< URL without a slash at its end
  std::string token;     ///< never shown or logged; "" = none
  bool is_offline = false;
  std::string offline_variable;  ///< which one says so
  HttpOptions http;              ///< proxies, timeouts, user agent; no `cancelled`
  RetryPolicy retry;

  /// The value of an Authorization header; "" without a token, and where the hub is reached over plain http (except on
  /// this machine), where anybody on the way could read it.
  [[nodiscard]] std::string authorization() const;
};

/// HF_ENDPOINT (default: the public hub), HF_TOKEN, HF_HUB_OFFLINE and PITH_OFFLINE, the proxy variables; for tests and
/// slow networks also PITH_RETRY_BASE_MS (first wait between tries, default 500) and PITH_NET_TIMEOUT_MS (until a
/// connection or an answer that stalls is given up, default 15 s and 30 s).
/// Errors: kInvalidArgument, naming the variable (never its value if it is a secret).
[[nodiscard]] Result<HubSettings> hub_settings_from_environment();

}  // namespace pith
