// When to try again: exponential back-off with jitter, a server's own wish (Retry-After) before it, and an end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

struct RetryPolicy {
  std::chrono::milliseconds base{500};  ///< before the first repetition; doubled each time
  std::chrono::milliseconds longest{30'000};
  int most_fruitless = 5;  ///< failures in a row that brought nothing new and are followed by another try
  int most_in_all = 100;   ///< failures followed by another try, however much each brought
};

/// A Retry-After header: seconds, or the seconds from `now` to an HTTP date (0 if past). Nothing when it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                    std::chrono::system_clock::time_point now);

/// Counts the failures of one task. Not thread-safe.
class Retries {
 public:
  explicit Retries(const RetryPolicy& policy) : policy_(policy), random_(std::random_device()()) {}

  /// What to wait before the next try, nothing when it is time to give up. `made_progress`: the failed try brought
  /// bytes that the next one need not ask for. `retry_after` is taken as it is; the caller refuses absurd ones.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_wait(bool made_progress,
                                                                   std::optional<std::chrono::seconds> retry_after);

 private:
  RetryPolicy policy_;
  std::minstd_rand random_;
  int n_fruitless_ = 0;
  int n_in_all_ = 0;
};

/// How a long task stays in touch with who waits for it; either may be empty.
struct Watch {
  std::function<bool()> cancelled{};                       ///< asked ten times a second
  std::function<void(const std::string& note)> on_note{};  ///< one line for people, without its end
};

/// How one try ended.
struct Attempt {
  std::optional<Error> error;  ///< none: it succeeded
  bool is_transient = false;   ///< worth another try
  bool made_progress = false;
  std::optional<std::chrono::seconds> retry_after{};
};

/// Tries until one succeeds, fails for good, or the policy ends it; each wait is noted. Errors: the last try's,
/// kCancelled.
[[nodiscard]] Result<void> repeat(const RetryPolicy& policy, const Watch& watch,
                                  const std::function<Attempt()>& attempt);

/// Sleeps, asking `cancelled` ten times a second; false when it said so.
[[nodiscard]] bool sleep_unless(const std::function<bool()>& cancelled, std::chrono::milliseconds time);

}  // namespace pith
