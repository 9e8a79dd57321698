#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "model/llama/lane_pool.h"

namespace pith {
namespace {

TEST(LanePoolTest, RunsEveryJobOnceAndReportsIt) {
  for (const std::size_t n_lanes : {1U, 2U, 5U}) {
    LanePool pool(n_lanes);
    std::vector<std::atomic<int>> n_runs(40);
    std::vector<std::size_t> reported;
    EXPECT_TRUE(pool.run(
        n_runs.size(),
        [&](std::size_t lane, std::size_t job) {
          EXPECT_LT(lane, n_lanes);
          ++n_runs[job];
        },
        [&](std::size_t job) {
          reported.push_back(job);
          return true;
        }));
    for (const auto& n : n_runs) EXPECT_EQ(n, 1);
    std::ranges::sort(reported);
    std::vector<std::size_t> all(n_runs.size());
    std::iota(all.begin(), all.end(), 0U);
    EXPECT_EQ(reported, all);
  }
}

TEST(LanePoolTest, NoJobsIsDone) {
  LanePool pool(1);
  EXPECT_TRUE(pool.run(
      0, [](std::size_t, std::size_t) { FAIL(); }, [](std::size_t) { return true; }));
}

TEST(LanePoolTest, StartsNoMoreJobsOnceStopped) {
  LanePool pool(1);
  std::atomic<int> n_runs{0};
  EXPECT_FALSE(pool.run(
      1000,
      [&](std::size_t, std::size_t) {
        ++n_runs;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      },
      [](std::size_t) { return false; }));
  EXPECT_LT(n_runs, 1000);
}

TEST(LanePoolTest, PassesOnWhatAJobThrowsAndStaysUsable) {
  LanePool pool(2);
  const auto run = [&](std::size_t bad_job) {
    return pool.run(
        10,
        [&](std::size_t, std::size_t job) {
          if (job == bad_job) throw std::runtime_error("job " + std::to_string(job));
        },
        [](std::size_t) { return true; });
  };
  EXPECT_THROW(run(3), std::runtime_error);
  EXPECT_THROW(run(9), std::runtime_error);
  EXPECT_TRUE(run(10));
}

TEST(LanePoolTest, PassesOnWhatTheReportThrows) {
  LanePool pool(2);
  EXPECT_THROW(pool.run(
                   5, [](std::size_t, std::size_t) {}, [](std::size_t) -> bool { throw std::logic_error("x"); }),
               std::logic_error);
}

TEST(LanePoolTest, ConcurrentCallersTakeTurns) {
  // One lane; a long call is under way when a short one comes: the short one must not wait for all of the long one.
  LanePool pool(1);
  std::atomic<int> n_long_done{0};
  std::atomic<bool> started{false};
  constexpr int kLong = 200;
  std::thread long_call([&] {
    pool.run(
        kLong,
        [&](std::size_t, std::size_t) {
          started = true;
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        },
        [&](std::size_t) {
          ++n_long_done;
          return true;
        });
  });
  while (!started) std::this_thread::yield();
  pool.run(
      1, [](std::size_t, std::size_t) {}, [](std::size_t) { return true; });
  EXPECT_LT(n_long_done, kLong);
  long_call.join();
  EXPECT_EQ(n_long_done, kLong);
}

TEST(LanePoolTest, ConcurrentCallersShareNoLane) {
  constexpr std::size_t kLanes = 3;
  LanePool pool(kLanes);
  std::vector<std::atomic<int>> n_users(kLanes);
  std::atomic<int> n_jobs{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 8; ++c) {
    callers.emplace_back([&] {
      pool.run(
          25,
          [&](std::size_t lane, std::size_t) {
            EXPECT_EQ(++n_users[lane], 1);
            ++n_jobs;
            --n_users[lane];
          },
          [](std::size_t) { return true; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(n_jobs, 200);
}

}  // namespace
}  // namespace pith
