// A ScoreCache that outlives the process and may be shared by several: one SQLite file in WAL mode. It holds hashes of
// token sequences and their scores, never text; whoever has the model and guesses a text can tell whether it was
// scored.
//
//   auto cache = pith::SqliteScoreCache::open({.path = "scores.db"});
//   if (!cache) return tl::unexpected(cache.error());
//
// Format: application_id "PITH", user_version kScoreSchemaVersion, and
//   scores(key BLOB 16, used INTEGER, hash INTEGER, scores BLOB)
// where `scores` are float32, little-endian; `hash` is XXH3-64 of key and scores, so that a flipped bit of the disk
// does not change a result; `used` numbers the transaction that last wrote or touched the entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/score_cache.h"
#include "pith/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pith {

inline constexpr int kScoreSchemaVersion = 1;

struct SqliteScoreCacheOptions {
  std::string path{};
  /// Pages in use above this make the least recently used entries go. The file may be larger by its WAL (4 MB or so).
  std::size_t max_bytes = std::size_t{1} << 30;
  /// How long a writer waits for another process before its scores go unstored. Readers never wait.
  int busy_timeout_ms = 2000;
  /// A hard limit of the file for this connection, as if the disk were full; 0 = none.
  std::size_t max_pages = 0;
};

/// Thread-safe; any number of processes may use one file. What goes wrong while running (full disk, damaged page, file
/// system gone) turns the cache off for this process and is told by warning(); a busy file only loses what was to be
/// stored. Results are the same in every case.
class SqliteScoreCache final : public ScoreCache {
 public:
  /// Opens the file, or makes it with mode 0600 (an existing one keeps its mode).
  /// Errors: kIo (cannot be made, opened or read), kBadInput (not SQLite, damaged, or another program's database),
  /// kUnsupported (written by another version of Pith). The message says what to do; the file is left as it is.
  [[nodiscard]] static Result<std::shared_ptr<SqliteScoreCache>> open(const SqliteScoreCacheOptions& options);
  ~SqliteScoreCache() override;

  [[nodiscard]] std::optional<std::vector<float>> get(const BlobKey& key) override;
  void put(std::span<const ScoreEntry> entries) override;
  [[nodiscard]] std::string warning() const override;

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Database = std::unique_ptr<sqlite3, CloseDatabase>;
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  explicit SqliteScoreCache(const SqliteScoreCacheOptions& options) : options_(options) {}

  Result<void> connect();
  Result<void> set_up();
  /// Whether the file has no tables yet. Errors: as open(), when they are not ours.
  Result<bool> is_new();
  int prepare(const char* sql, Statement* out);
  int execute(const char* sql);
  int number(const char* sql, std::int64_t* out);
  [[nodiscard]] Error open_error(int code, const char* doing) const;
  /// The three below are called with mutex_ held.
  int write(std::span<const ScoreEntry> entries);
  int remove_oldest();
  void turn_off(const std::string& why);

  const SqliteScoreCacheOptions options_;
  mutable std::mutex mutex_;  // guards everything below
  Database database_;
  Statement find_, insert_, touch_, oldest_;
  std::int64_t tick_ = 0;  // number of the last transaction of this connection
  std::vector<BlobKey> touched_;
  std::string warning_;
  bool is_off_ = false;
};

}  // namespace pith
