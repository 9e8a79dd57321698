#include "model/llama/lane_pool.h"

#include <utility>

#include "base/check.h"

namespace pith {

LanePool::LanePool(std::size_t n_lanes) {
  PITH_CHECK(n_lanes > 0, "");
  for (std::size_t lane = 0; lane < n_lanes; ++lane) lanes_.emplace_back([this, lane] { work(lane); });
}

LanePool::~LanePool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_lanes_.notify_all();
  for (std::thread& lane : lanes_) lane.join();
}

void LanePool::withdraw(Call* call) {
  call->n_jobs = call->n_started;
  std::erase(waiting_, call);
}

void LanePool::work(std::size_t lane) {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_lanes_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Call* call = waiting_.front();
    waiting_.pop_front();
    const std::size_t job = call->n_started++;
    ++call->n_running;
    if (call->n_started < call->n_jobs) waiting_.push_back(call);  // behind the others: one job a turn
    lock.unlock();
    std::exception_ptr error;
    try {
      (*call->job)(lane, job);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    --call->n_running;
    if (error == nullptr) {
      call->finished.push_back(job);
    } else {
      if (call->error == nullptr) call->error = std::move(error);
      withdraw(call);
    }
    call->wake.notify_one();  // under the lock: the call is gone as soon as its thread may go on
  }
}

bool LanePool::run(std::size_t n_jobs, const Job& job, const Done& done) {
  if (n_jobs == 0) return true;
  Call call;
  call.job = &job;
  call.n_jobs = n_jobs;
  bool go_on = true;
  std::unique_lock lock(mutex_);
  waiting_.push_back(&call);
  wake_lanes_.notify_all();
  for (;;) {
    call.wake.wait(lock,
                   [&] { return !call.finished.empty() || (call.n_running == 0 && call.n_started == call.n_jobs); });
    if (call.finished.empty()) break;
    const std::vector<std::size_t> finished = std::exchange(call.finished, {});
    lock.unlock();
    std::exception_ptr error;
    try {
      for (std::size_t i = 0; go_on && i < finished.size(); ++i) go_on = done(finished[i]);
    } catch (...) {
      error = std::current_exception();
      go_on = false;
    }
    lock.lock();
    if (error != nullptr && call.error == nullptr) call.error = std::move(error);
    if (!go_on) withdraw(&call);
  }
  if (call.error != nullptr) std::rethrow_exception(call.error);
  return go_on;
}

}  // namespace pith
