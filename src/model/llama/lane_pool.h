// A fixed number of threads ("lanes"), shared fairly by concurrent callers. Each lane runs one job at a time; a job is
// one sequence, and waiting callers take turns job by job, so a short text does not wait for the end of a long one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pith {

/// Thread-safe. No call of run() may be under way when it is destroyed.
class LanePool {
 public:
  /// Called on a lane's thread. `lane` < n_lanes: what belongs to that lane is used by no other call meanwhile.
  using Job = std::function<void(std::size_t lane, std::size_t job)>;
  /// Called on the thread of run(), once a job is done. Returns false to stop.
  using Done = std::function<bool(std::size_t job)>;

  /// REQUIRES: n_lanes > 0.
  explicit LanePool(std::size_t n_lanes);
  LanePool(const LanePool&) = delete;
  LanePool& operator=(const LanePool&) = delete;
  ~LanePool();

  /// Runs jobs 0..n_jobs-1, started in this order, and returns when none of them is running any more: true when all are
  /// done, false when `done` stopped it. What a job or `done` throws comes out of here, the first one, after the rest
  /// was dropped.
  bool run(std::size_t n_jobs, const Job& job, const Done& done);

 private:
  /// One call of run().
  struct Call {
    const Job* job = nullptr;
    std::size_t n_jobs = 0;
    std::size_t n_started = 0;
    std::size_t n_running = 0;
    std::vector<std::size_t> finished;  ///< not yet reported
    std::exception_ptr error;
    std::condition_variable wake;
  };

  void work(std::size_t lane);
  /// Starts no more of its jobs. REQUIRES: mutex_ held.
  void withdraw(Call* call);

  std::mutex mutex_;
  std::condition_variable wake_lanes_;
  std::deque<Call*> waiting_;  // guarded by mutex_: calls with jobs to start; the first one's turn is next
  bool stopping_ = false;      // guarded by mutex_
  std::vector<std::thread> lanes_;
};

}  // namespace pith
