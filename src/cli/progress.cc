#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/files.h"
#include "cli/terminal.h"

namespace pith::cli {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr auto kRedraw = std::chrono::milliseconds(100);

std::string clock_text(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t columns) {
  std::string line;
  if (state.n_total > 0) {
    const double share = std::min(1.0, static_cast<double>(state.n_done) / static_cast<double>(state.n_total));
    constexpr std::size_t kBarColumns = 24;
    const auto n_full = static_cast<std::size_t>(share * kBarColumns);
    line = fmt::format("[{}{}] {:3.0f} %  {}", std::string(n_full, '#'), std::string(kBarColumns - n_full, '-'),
                       share * 100, state.label);
    constexpr double kEnough = 0.01;  // below it the estimate is a guess
    if (share >= kEnough && share < 1 && state.n_done > state.n_before) {
      const auto n_left = static_cast<double>(state.n_total - state.n_done);
      line += fmt::format("  ETA {}",
                          clock_text(state.elapsed_s * n_left / static_cast<double>(state.n_done - state.n_before)));
    }
  } else {
    line = fmt::format("{}  {}", state.label, clock_text(state.elapsed_s));
  }
  if (columns > 0 && line.size() > columns - 1) line.resize(columns - 1);
  return line;
}

ProgressBar::ProgressBar(int fd, bool enabled) : fd_(fd), enabled_(enabled), start_(Clock::now()) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::update(std::size_t n_done, std::size_t n_total, std::string_view label, std::size_t n_before) {
  if (!enabled_) return;
  const auto now = Clock::now();
  if (now - start_ < kQuiet || (drawn_ && now - last_draw_ < kRedraw)) return;
  last_draw_ = now;
  drawn_ = true;
  const ProgressState state{n_done, n_total, std::string(label), elapsed_s(), n_before};
  say(fd_, "\r\x1b[K" + progress_line(state, terminal_columns(fd_)));
}

void ProgressBar::clear() {
  if (!drawn_) return;
  say(fd_, "\r\x1b[K");
  drawn_ = false;
}

double ProgressBar::elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace pith::cli
