#include "cli/engine_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/fake_engine.h"

namespace pith::cli {
namespace {

TEST(EngineCacheTest, LoadsAnEngineOnceForAllWhoWantIt) {
  std::atomic<int> n_loads{0};
  EngineOptions defaults;
  defaults.model = std::string("a");
  EngineCache cache(
      [&](const EngineOptions& options) {
        ++n_loads;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return FakeEngine::create_fake(options);
      },
      defaults);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(cache.get({}, {})); });
  threads.clear();
  EXPECT_EQ(n_loads, 1);
  EXPECT_TRUE(cache.get("a", {}));
  EXPECT_EQ(n_loads, 1);
  EXPECT_TRUE(cache.get("a", Precision::kF32));
  EXPECT_EQ(n_loads, 2);
}

TEST(EngineCacheTest, DropsTheOneThatWasUsedLongestAgo) {
  std::vector<std::string> loads;
  EngineCache cache(
      [&](const EngineOptions& options) {
        loads.push_back(options.model);
        return FakeEngine::create_fake(options);
      },
      {});
  for (const char* model : {"a", "b", "c", "d", "a", "e", "a", "b"}) EXPECT_TRUE(cache.get(model, {}));
  EXPECT_EQ(loads, (std::vector<std::string>{"a", "b", "c", "d", "e", "b"}));
}

TEST(EngineCacheTest, RemembersFailures) {
  int n_loads = 0;
  EngineCache cache(
      [&](const EngineOptions& options) {
        ++n_loads;
        return FakeEngine::create_fake(options);
      },
      {});
  EXPECT_EQ(cache.get("missing", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(cache.get("missing", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(n_loads, 1);
}

}  // namespace
}  // namespace pith::cli
