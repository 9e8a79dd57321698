#include "model/hub/hub_status.h"

#include <fmt/format.h>

#include <string_view>

#include "base/suggest.h"
#include "net/url.h"

namespace pith {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFoundStatus = 404;
constexpr int kTimeout = 408;
constexpr int kTooManyRequests = 429;

bool passes(int status) { return status == kTimeout || status == kTooManyRequests || status / 100 == 5; }

/// What could be wrong with the token, or how to get one.
std::string about_token(const HubSettings& settings, const std::string& id) {
  if (settings.token.empty()) {
    return fmt::format(
        "if it is private or gated, accept its terms at {}/{} and set HF_TOKEN to an access token that "
        "may read it",
        settings.endpoint, id);
  }
  if (settings.authorization().empty()) {
    return "HF_TOKEN was not sent, as HF_ENDPOINT is plain http, where anybody on the way could read it: use https";
  }
  return fmt::format(
      "HF_TOKEN was sent: check that it is valid, that it may read this repository, and that "
      "the terms at {}/{} are accepted if it is gated",
      settings.endpoint, id);
}

}  // namespace

Attempt refusal(const HttpHead& head, const HubName& name, const std::string& file, const HubSettings& settings,
                const std::vector<std::string>& known_names) {
  const auto attempt = [](ErrorCode code, std::string message, bool is_transient) {
    return Attempt{.error = Error{code, std::move(message)}, .is_transient = is_transient};
  };
  const std::string what = file.empty() ? to_text(name) : fmt::format("{} of {}", printable(file), to_text(name));
  const auto hub = parse_url(settings.endpoint);
  const bool is_hub = hub && authority(*hub) == head.host;

  if (passes(head.status)) {
    Attempt later =
        attempt(ErrorCode::kIo,
                fmt::format("{}: {} (status {})", head.host,
                            head.status == kTooManyRequests ? "too many requests" : "cannot answer now", head.status),
                true);
    later.retry_after = parse_retry_after(head.header("Retry-After"), std::chrono::system_clock::now());
    return later;
  }
  if (!is_hub) {  // a download server: its address was signed for a while, and asking the hub again gets a new one
    return attempt(ErrorCode::kIo, fmt::format("{}: {} refused it (status {})", what, head.host, head.status),
                   head.status == kForbidden);
  }
  const std::string_view reason = head.header("X-Error-Code");
  if (reason == "RevisionNotFound") {
    return attempt(ErrorCode::kNotFound,
                   fmt::format("{}: no such branch, tag or commit on {}: check --revision", to_text(name), head.host),
                   false);
  }
  if (head.status == kUnauthorized || head.status == kForbidden) {
    return attempt(ErrorCode::kNotFound,
                   fmt::format("{}: {} does not give it out (status {}); check the name, and {}", what, head.host,
                               head.status, about_token(settings, name.id())),
                   false);
  }
  if (head.status == kNotFoundStatus) {
    const std::vector<std::string_view> known(known_names.begin(), known_names.end());
    return attempt(ErrorCode::kNotFound,
                   fmt::format("{}: no such {} on {}{}; `pith models list` shows names that Pith knows", what,
                               file.empty() ? "model" : "file", head.host, did_you_mean(name.id(), known)),
                   false);
  }
  return attempt(ErrorCode::kIo, fmt::format("{}: {} answered with status {}", what, head.host, head.status), false);
}

}  // namespace pith
