#include "cli/batch_window.h"

#include <chrono>
#include <utility>

namespace pith::cli {

BatchWindow::BatchWindow(std::size_t max_lines, std::size_t max_bytes) : max_lines_(max_lines), max_bytes_(max_bytes) {}

bool BatchWindow::push(Line line) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] {
    return stopped_ || slots_.empty() || (slots_.size() < max_lines_ && n_bytes_ + line.text.size() <= max_bytes_);
  });
  if (stopped_) return false;
  n_bytes_ += line.text.size();
  auto slot = std::make_shared<BatchSlot>();
  slot->line = std::move(line);
  slots_.push_back(std::move(slot));
  work_.notify_one();
  return true;
}

void BatchWindow::end_of_input() {
  const std::lock_guard lock(mutex_);
  input_ended_ = true;
  work_.notify_all();
  first_done_.notify_all();
}

std::shared_ptr<BatchSlot> BatchWindow::take() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return stopped_ || n_taken_ < slots_.size() || input_ended_; });
  if (stopped_ || n_taken_ == slots_.size()) return nullptr;
  return slots_[n_taken_++];
}

void BatchWindow::finish(const std::shared_ptr<BatchSlot>& slot, LineOutcome outcome) {
  const std::lock_guard lock(mutex_);
  slot->outcome = std::move(outcome);
  slot->done = true;
  if (slots_.front() == slot) first_done_.notify_all();
}

std::vector<std::shared_ptr<BatchSlot>> BatchWindow::take_done(int timeout_ms) {
  std::unique_lock lock(mutex_);
  first_done_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                       [&] { return slots_.empty() ? input_ended_ : slots_.front()->done; });
  std::vector<std::shared_ptr<BatchSlot>> done;
  while (!slots_.empty() && slots_.front()->done) {
    n_bytes_ -= slots_.front()->line.text.size();
    --n_taken_;
    done.push_back(std::move(slots_.front()));
    slots_.pop_front();
  }
  if (!done.empty()) room_.notify_all();
  return done;
}

bool BatchWindow::finished() {
  const std::lock_guard lock(mutex_);
  return input_ended_ && slots_.empty();
}

void BatchWindow::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  work_.notify_all();
}

}  // namespace pith::cli
