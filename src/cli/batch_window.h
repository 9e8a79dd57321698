// The lines of a batch that are being worked on: read by one thread, done by several, written by one, in input order.
// The window is bounded in lines and bytes, so memory does not grow with the input.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "cli/batch_line.h"
#include "cli/line_reader.h"

namespace pith::cli {

struct BatchSlot {
  Line line;
  LineOutcome outcome;
  bool done = false;
};

/// Thread-safe.
class BatchWindow {
 public:
  BatchWindow(std::size_t max_lines, std::size_t max_bytes);

  // The reader.
  /// Waits for room (a single line always fits). False once stop() was called.
  bool push(Line line);
  void end_of_input();

  // Workers.
  /// The next line to do, in order; nullptr when there is none and will be none.
  [[nodiscard]] std::shared_ptr<BatchSlot> take();
  void finish(const std::shared_ptr<BatchSlot>& slot, LineOutcome outcome);

  // The writer.
  /// Waits up to `timeout_ms` for the first line to be done; then it and all done ones that follow without a gap.
  [[nodiscard]] std::vector<std::shared_ptr<BatchSlot>> take_done(int timeout_ms);
  /// Whether everything that was pushed was handed out by take_done, and nothing more will come.
  [[nodiscard]] bool finished();

  /// Nobody waits any longer: push refuses, take hands out nothing more. Lines being worked on are still finished.
  void stop();

 private:
  const std::size_t max_lines_;
  const std::size_t max_bytes_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable room_;
  std::condition_variable work_;
  std::condition_variable first_done_;
  std::deque<std::shared_ptr<BatchSlot>> slots_;
  std::size_t n_taken_ = 0;  // of slots_, from the front
  std::size_t n_bytes_ = 0;
  bool input_ended_ = false;
  bool stopped_ = false;
};

}  // namespace pith::cli
