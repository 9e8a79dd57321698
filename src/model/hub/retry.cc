#include "model/hub/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <thread>

namespace pith {
namespace {

/// Two or four digits at `at`.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t n) {
  int value = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + n, value);
  if (error != std::errc() || end != begin + n || value < 0) return std::nullopt;
  return value;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form servers may send (RFC 9110, section 5.6.7).
std::optional<std::time_t> parse_http_date(std::string_view text) {
  constexpr std::string_view kShape = "Sun, 06 Nov 1994 08:49:37 GMT";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != kShape.size() || !text.ends_with(" GMT")) return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(8, 3));
  const auto day = digits(text, 5, 2);
  const auto year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2);
  const auto minute = digits(text, 20, 2);
  const auto second = digits(text, 23, 2);
  if (month == std::string_view::npos || month % 3 != 0 || !day || !year || !hour || !minute || !second) {
    return std::nullopt;
  }
  std::tm date{};
  date.tm_year = *year - 1900;
  date.tm_mon = static_cast<int>(month / 3);
  date.tm_mday = *day;
  date.tm_hour = *hour;
  date.tm_min = *minute;
  date.tm_sec = *second;
  return ::timegm(&date);
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::chrono::system_clock::time_point now) {
  constexpr int kMostSeconds = 1'000'000'000;
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    int seconds = kMostSeconds;  // also what is left when the number is out of range
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(std::min(seconds, kMostSeconds));
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  // In seconds all the way: the clock's own nanoseconds end in the year 2262.
  const std::time_t wait_s = *date - std::chrono::system_clock::to_time_t(now);
  return std::chrono::seconds(std::clamp<std::time_t>(wait_s, 0, kMostSeconds));
}

std::optional<std::chrono::milliseconds> Retries::next_wait(bool made_progress,
                                                            std::optional<std::chrono::seconds> retry_after) {
  n_fruitless_ = made_progress ? 0 : n_fruitless_ + 1;
  ++n_in_all_;
  if (n_fruitless_ > policy_.most_fruitless || n_in_all_ > policy_.most_in_all) return std::nullopt;
  if (retry_after) return *retry_after;
  constexpr int kMostDoublings = 16;
  const auto grown = policy_.base * (std::int64_t{1} << std::clamp(n_fruitless_ - 1, 0, kMostDoublings));
  // Between a half and the whole: many clients that failed together must not come back together.
  const auto longest = std::min(grown, policy_.longest);
  std::uniform_int_distribution<std::int64_t> pick(longest.count() / 2, longest.count());
  return std::chrono::milliseconds(pick(random_));
}

Result<void> repeat(const RetryPolicy& policy, const Watch& watch, const std::function<Attempt()>& attempt) {
  constexpr std::chrono::seconds kLongestWish{300};
  Retries retries(policy);
  for (int n_tries = 1;; ++n_tries) {
    Attempt done = attempt();
    if (!done.error) return {};
    if (!done.is_transient) return tl::unexpected(std::move(*done.error));
    if (done.retry_after && *done.retry_after > kLongestWish) {
      done.error->message +=
          fmt::format("; it asks to wait {} s before the next try: come back then", done.retry_after->count());
      return tl::unexpected(std::move(*done.error));
    }
    const auto wait = retries.next_wait(done.made_progress, done.retry_after);
    if (!wait) {
      done.error->message += fmt::format("; given up after {} tries", n_tries);
      return tl::unexpected(std::move(*done.error));
    }
    if (watch.on_note) {
      watch.on_note(fmt::format("{}; trying again in {:.1f} s", done.error->message,
                                std::chrono::duration<double>(*wait).count()));
    }
    if (!sleep_unless(watch.cancelled, *wait)) return fail(ErrorCode::kCancelled, "interrupted");
  }
}

bool sleep_unless(const std::function<bool()>& cancelled, std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kPoll{100};
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    if (cancelled && cancelled()) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    std::this_thread::sleep_for(std::min(left, kPoll));
  }
}

}  // namespace pith
