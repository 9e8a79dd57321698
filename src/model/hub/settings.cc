#include "model/hub/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "net/proxy.h"
#include "net/url.h"

namespace pith {
namespace {

constexpr const char* kPublicHub = "https://huggingface.co";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// What Hugging Face's own tools take for yes.
bool is_yes(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text == "1" || text == "ON" || text == "YES" || text == "TRUE";
}

Result<int> milliseconds_of(const char* name, int fallback) {
  const std::string text = variable(name);
  if (text.empty()) return fallback;
  constexpr int kMost = 3'600'000;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > kMost) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: give whole milliseconds from 1 to {}", name, kMost));
  }
  return value;
}

std::string trimmed(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::string HubSettings::authorization() const {
  const auto url = parse_url(endpoint);
  if (token.empty() || !url || (url->scheme != "https" && !is_loopback(url->host))) return {};
  return "Bearer " + token;
}

Result<HubSettings> hub_settings_from_environment() {
  HubSettings settings;
  settings.endpoint = trimmed(variable("HF_ENDPOINT"));
  if (settings.endpoint.empty()) settings.endpoint = kPublicHub;
  while (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  const auto url = parse_url(settings.endpoint);
  if (!url) return fail(ErrorCode::kInvalidArgument, "HF_ENDPOINT: " + url.error().message);
  if (url->target.find('?') != std::string::npos) {
    return fail(ErrorCode::kInvalidArgument, "HF_ENDPOINT: no query ('?') may be in the address of a hub");
  }
  settings.token = trimmed(variable("HF_TOKEN"));
  if (std::any_of(settings.token.begin(), settings.token.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    return fail(ErrorCode::kInvalidArgument, "HF_TOKEN: holds a space or a control character: not a token");
  }
  for (const char* name : {"PITH_OFFLINE", "HF_HUB_OFFLINE"}) {
    if (!is_yes(variable(name))) continue;
    settings.is_offline = true;
    settings.offline_variable = name;
  }
  settings.http.user_agent = "pith/" PITH_VERSION;
  settings.http.proxies = proxy_settings_from_environment();
  const auto base = milliseconds_of("PITH_RETRY_BASE_MS", static_cast<int>(settings.retry.base.count()));
  if (!base) return tl::unexpected(base.error());
  settings.retry.base = std::chrono::milliseconds(*base);
  const auto connect = milliseconds_of("PITH_NET_TIMEOUT_MS", settings.http.connect_timeout_ms);
  if (!connect) return tl::unexpected(connect.error());
  settings.http.connect_timeout_ms = *connect;
  settings.http.idle_timeout_ms =
      milliseconds_of("PITH_NET_TIMEOUT_MS", settings.http.idle_timeout_ms).value_or(*connect);
  return settings;
}

}  // namespace pith
