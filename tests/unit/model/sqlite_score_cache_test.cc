#include "model/sqlite_score_cache.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "support/temp_dir.h"

namespace pith {
namespace {

using CachePtr = std::shared_ptr<SqliteScoreCache>;

BlobKey key_of(std::size_t number) { return BlobKeyBuilder().add(std::to_string(number)).key(); }

std::vector<float> scores_of(std::size_t number, std::size_t n = 64) {
  std::vector<float> scores(n);
  for (std::size_t i = 0; i < n; ++i) scores[i] = static_cast<float>(number * 31 + i) / 100000.F;
  return scores;
}

CachePtr open(const SqliteScoreCacheOptions& options) {
  auto cache = SqliteScoreCache::open(options);
  EXPECT_TRUE(cache) << cache.error().message;
  return cache ? *cache : nullptr;
}

CachePtr open_at(const std::string& path) { return open({.path = path}); }

void put(ScoreCache& cache, std::size_t number, std::size_t n = 64) {
  const auto scores = scores_of(number, n);
  cache.put(std::array{ScoreEntry{key_of(number), scores}});
}

/// Runs SQL on a file as another program would.
void execute(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

TEST(SqliteScoreCacheTest, WhatWasPutIsThereInTheNextProcess) {
  const TempDir dir;
  {
    const CachePtr cache = open_at(dir / "scores.db");
    EXPECT_FALSE(cache->get(key_of(1)));
    put(*cache, 1);
    put(*cache, 2, 0);
    EXPECT_EQ(cache->get(key_of(1)), scores_of(1));
  }
  const CachePtr again = open_at(dir / "scores.db");
  EXPECT_EQ(again->get(key_of(1)), scores_of(1));
  EXPECT_EQ(again->get(key_of(2)), scores_of(2, 0));
  EXPECT_FALSE(again->get(key_of(3)));
  EXPECT_EQ(again->warning(), "");
}

TEST(SqliteScoreCacheTest, NobodyElseMayReadItsFiles) {
  const TempDir dir;
  const CachePtr cache = open_at(dir / "scores.db");
  put(*cache, 1);
  std::size_t n_files = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir.path())) {
    struct stat info {};
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << file.path();
    ++n_files;
  }
  EXPECT_EQ(n_files, 3U);  // the database, its log and the log's index
}

TEST(SqliteScoreCacheTest, TheLeastRecentlyUsedGoWhenItIsFull) {
  const TempDir dir;
  const std::size_t max_bytes = 200'000;
  const CachePtr cache = open({.path = dir / "scores.db", .max_bytes = max_bytes});
  put(*cache, 0, 256);
  for (std::size_t i = 1; i < 1000; ++i) {
    put(*cache, i, 256);
    ASSERT_TRUE(cache->get(key_of(0))) << i;  // used all the time, so it stays
  }
  EXPECT_TRUE(cache->get(key_of(999)));
  EXPECT_FALSE(cache->get(key_of(1)));
  EXPECT_LE(std::filesystem::file_size(dir / "scores.db"), max_bytes + 64 * 1024);
  EXPECT_EQ(cache->warning(), "");
}

TEST(SqliteScoreCacheTest, AFileThatCannotBeMadeOrReadIsNamed) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "folder");
  for (const std::string& path : {dir / "no/such/folder/scores.db", dir / "folder"}) {
    const auto refused = SqliteScoreCache::open({.path = path});
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
    EXPECT_NE(refused.error().message.find(path), std::string::npos) << refused.error().message;
  }
}

TEST(SqliteScoreCacheTest, AFileOfSomethingElseIsRefusedAndLeftAsItIs) {
  const TempDir dir;
  const std::string text(8192, 'x');
  write_text(dir / "notes.txt", text);
  auto refused = SqliteScoreCache::open({.path = dir / "notes.txt"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(read_text(dir / "notes.txt"), text);

  execute(dir / "other.db", "CREATE TABLE bookmarks(url TEXT); INSERT INTO bookmarks VALUES('x')");
  const std::string before = read_text(dir / "other.db");
  refused = SqliteScoreCache::open({.path = dir / "other.db"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_NE(refused.error().message.find("another program"), std::string::npos) << refused.error().message;
  EXPECT_EQ(read_text(dir / "other.db"), before);
}

TEST(SqliteScoreCacheTest, AnotherVersionOfTheFormatIsRefusedWithBothNumbers) {
  const TempDir dir;
  open_at(dir / "scores.db").reset();
  execute(dir / "scores.db", "PRAGMA user_version = 7");
  const auto refused = SqliteScoreCache::open({.path = dir / "scores.db"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(refused.error().message.find("version 7"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("version 1"), std::string::npos) << refused.error().message;
}

TEST(SqliteScoreCacheTest, AFullDiskTurnsItOffWithAWarning) {
  const TempDir dir;
  const CachePtr cache = open({.path = dir / "scores.db", .max_pages = 12});
  for (std::size_t i = 0; i < 100 && cache->warning().empty(); ++i) put(*cache, i, 256);
  EXPECT_NE(cache->warning().find("full"), std::string::npos) << cache->warning();
  EXPECT_NE(cache->warning().find(dir / "scores.db"), std::string::npos);
  put(*cache, 1000);
  EXPECT_FALSE(cache->get(key_of(0)));
  // What was stored before is whole, for a process whose disk has room.
  const CachePtr again = open_at(dir / "scores.db");
  EXPECT_EQ(again->get(key_of(0)), scores_of(0, 256));
  put(*again, 1000);
  EXPECT_EQ(again->warning(), "");
}

TEST(SqliteScoreCacheTest, ADamagedEntryIsNotAnswered) {
  const TempDir dir;
  {
    const CachePtr cache = open_at(dir / "scores.db");
    put(*cache, 1);
    put(*cache, 2);
  }
  execute(dir / "scores.db", "UPDATE scores SET scores = zeroblob(length(scores))");
  const CachePtr cache = open_at(dir / "scores.db");
  EXPECT_FALSE(cache->get(key_of(1)));
  EXPECT_NE(cache->warning().find("damaged"), std::string::npos) << cache->warning();
  EXPECT_FALSE(cache->get(key_of(2)));
}

TEST(SqliteScoreCacheTest, DamagedPagesAreRefusedOrTurnItOffButNeverAnswered) {
  const TempDir dir;
  {
    const CachePtr cache = open_at(dir / "scores.db");
    for (std::size_t i = 0; i < 200; ++i) put(*cache, i);
  }
  const std::string whole = read_text(dir / "scores.db");
  std::size_t n_refused = 0;
  std::size_t n_off = 0;
  for (std::size_t seed = 0; seed < 40; ++seed) {
    std::string damaged = whole;
    const std::size_t begin = seed * whole.size() / 40;
    for (std::size_t i = begin; i < std::min(whole.size(), begin + whole.size() / 20); ++i) {
      damaged[i] = static_cast<char>(damaged[i] ^ static_cast<char>(0x5A + seed));
    }
    if (seed % 5 == 4) damaged.resize(begin + 100);
    std::filesystem::remove(dir / "scores.db-wal");
    std::filesystem::remove(dir / "scores.db-shm");
    write_text(dir / "scores.db", damaged);
    const auto cache = SqliteScoreCache::open({.path = dir / "scores.db"});
    if (!cache) {
      ++n_refused;
      EXPECT_NE(cache.error().message.find(dir / "scores.db"), std::string::npos);
      continue;
    }
    for (std::size_t i = 0; i < 200; ++i) {
      if (const auto hit = (*cache)->get(key_of(i))) {
        ASSERT_EQ(*hit, scores_of(i)) << seed;
      }
      put(**cache, 1000 + i);
    }
    n_off += (*cache)->warning().empty() ? 0U : 1U;
  }
  EXPECT_GT(n_refused, 0U);
  EXPECT_GT(n_off, 10U);
}

TEST(SqliteScoreCacheTest, AWriterThatHoldsTheFileCostsEntriesAndNothingElse) {
  const TempDir dir;
  const CachePtr cache = open({.path = dir / "scores.db", .busy_timeout_ms = 10});
  put(*cache, 1);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((dir / "scores.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  put(*cache, 2);
  EXPECT_EQ(cache->get(key_of(1)), scores_of(1));
  EXPECT_FALSE(cache->get(key_of(2)));
  EXPECT_EQ(cache->warning(), "");
  ASSERT_EQ(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  put(*cache, 2);
  EXPECT_EQ(cache->get(key_of(2)), scores_of(2));
}

TEST(SqliteScoreCacheTest, ConcurrentConnectionsOfOneProcessShareTheFile) {
  const TempDir dir;
  std::atomic<int> n_wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto cache = SqliteScoreCache::open({.path = dir / "scores.db", .busy_timeout_ms = 20'000});
      if (!cache) {
        ++n_wrong;
        return;
      }
      for (std::size_t i = 0; i < 60; ++i) {
        const std::size_t number = (i + t * 15) % 80;
        put(**cache, number);
        const auto hit = (*cache)->get(key_of(number));
        if (!hit || *hit != scores_of(number)) ++n_wrong;
      }
      if (!(*cache)->warning().empty()) ++n_wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_wrong, 0);
}

TEST(SqliteScoreCacheTest, SeveralProcessesWriteAtOnce) {
  const TempDir dir;
  constexpr std::size_t kProcesses = 3;
  std::array<pid_t, kProcesses> children{};
  for (std::size_t p = 0; p < kProcesses; ++p) {
    children[p] = ::fork();
    ASSERT_GE(children[p], 0);
    if (children[p] != 0) continue;
    const auto cache = SqliteScoreCache::open({.path = dir / "scores.db", .busy_timeout_ms = 20'000});
    bool is_right = cache.has_value();
    for (std::size_t i = 0; i < 50 && is_right; ++i) {
      put(**cache, p * 100 + i);
      is_right = (*cache)->get(key_of(p * 100 + i)) == scores_of(p * 100 + i) && (*cache)->warning().empty();
    }
    ::_exit(is_right ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const CachePtr cache = open_at(dir / "scores.db");
  for (std::size_t p = 0; p < kProcesses; ++p) {
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(cache->get(key_of(p * 100 + i)), scores_of(p * 100 + i));
  }
}

}  // namespace
}  // namespace pith
