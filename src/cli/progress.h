// A progress line on a terminal's standard error, redrawn in place and wiped at the end. It stays silent for the first
// second, so that quick commands draw nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace pith::cli {

/// What is known of the work: `n_done` of `n_total` units (bytes, tokens); n_total 0 = unknown.
struct ProgressState {
  std::size_t n_done = 0;
  std::size_t n_total = 0;
  std::string label;  ///< "120 lines, 31/s"
  double elapsed_s = 0;
  std::size_t n_before = 0;  ///< of n_done, what was done before the clock started
};

/// "[########------------]  41 %  120 lines, 31/s  ETA 0:18": at most `columns` - 1 wide.
[[nodiscard]] std::string progress_line(const ProgressState& state, std::size_t columns);

/// Used by one thread at a time.
class ProgressBar {
 public:
  /// Draws nothing at all unless `enabled` (the caller looks at the terminal and at --no-progress).
  ProgressBar(int fd, bool enabled);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  void update(std::size_t n_done, std::size_t n_total, std::string_view label, std::size_t n_before = 0);
  /// Wipes the line, so that a message can be written; the next update draws it again.
  void clear();
  [[nodiscard]] double elapsed_s() const;

 private:
  using Clock = std::chrono::steady_clock;
  int fd_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_draw_;
};

}  // namespace pith::cli
