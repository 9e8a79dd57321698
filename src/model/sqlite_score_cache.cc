#include "model/sqlite_score_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace pith {
namespace {

static_assert(std::endian::native == std::endian::little, "scores are stored as they lie in memory");

constexpr std::int64_t kApplicationId = 0x50495448;  // "PITH"
constexpr std::size_t kMaxTouched = 4096;            // uses remembered between two transactions

std::int64_t hash_of(const BlobKey& key, std::string_view scores) {
  std::uint64_t seed = 0;
  std::memcpy(&seed, key.bytes.data(), sizeof(seed));
  return std::bit_cast<std::int64_t>(XXH3_64bits_withSeed(scores.data(), scores.size(), seed));
}

void bind_key(sqlite3_stmt* statement, int place, const BlobKey& key) {
  sqlite3_bind_blob(statement, place, key.bytes.data(), static_cast<int>(key.bytes.size()), SQLITE_STATIC);
}

/// Runs a statement that gives no rows, and leaves it ready for the next use.
int run(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool is_busy(int code) { return (code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED; }

}  // namespace

void SqliteScoreCache::CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void SqliteScoreCache::FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Error SqliteScoreCache::open_error(int code, const char* doing) const {
  const int kind = code & 0xFF;
  if (kind == SQLITE_NOTADB || kind == SQLITE_CORRUPT) {
    return {ErrorCode::kBadInput, fmt::format("score cache {}: not a database or damaged ({}): name another file, or "
                                              "delete it if it was a score cache",
                                              options_.path, sqlite3_errstr(code))};
  }
  return {ErrorCode::kIo,
          fmt::format("score cache {}: cannot {} ({}): name a file that can be written, or leave it out", options_.path,
                      doing, sqlite3_errstr(code))};
}

Result<std::shared_ptr<SqliteScoreCache>> SqliteScoreCache::open(const SqliteScoreCacheOptions& options) {
  const std::shared_ptr<SqliteScoreCache> cache(new SqliteScoreCache(options));
  if (auto ok = cache->connect(); !ok) return tl::unexpected(ok.error());
  if (auto ok = cache->set_up(); !ok) return tl::unexpected(ok.error());
  return cache;
}

Result<void> SqliteScoreCache::connect() {
  // SQLite would make the file with the mode of the umask, and gives the WAL the mode of the file. A file that is there
  // is not opened here: closing it would drop the locks that another connection of this process has on it.
  const int fd = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST) {
    return fail(ErrorCode::kIo, fmt::format("score cache {}: cannot make it ({}): name a file that can be written, or "
                                            "leave it out",
                                            options_.path, std::strerror(errno)));
  }
  if (fd >= 0) ::close(fd);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(options_.path.c_str(), &opened,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) return tl::unexpected(open_error(code, "open it"));
  sqlite3_busy_timeout(opened, options_.busy_timeout_ms);
  return {};
}

Result<bool> SqliteScoreCache::is_new() {
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t n_tables = 0;
  // One snapshot: another process may be making the tables between two of these questions.
  int code = execute("SAVEPOINT look");
  if (code == SQLITE_OK) code = number("PRAGMA application_id", &application);
  if (code == SQLITE_OK) code = number("PRAGMA user_version", &version);
  if (code == SQLITE_OK) code = number("SELECT count(*) FROM sqlite_master", &n_tables);
  if (code == SQLITE_OK) code = execute("RELEASE look");
  if (code != SQLITE_OK) return tl::unexpected(open_error(code, "read it"));
  if (application == 0 && version == 0 && n_tables == 0) return true;
  if (application != kApplicationId) {
    return fail(ErrorCode::kBadInput,
                fmt::format("score cache {}: this is another program's database: name another file", options_.path));
  }
  if (version != kScoreSchemaVersion) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("score cache {}: written in version {} of its format, and this Pith reads version {}: "
                            "delete it, or name another file",
                            options_.path, version, kScoreSchemaVersion));
  }
  return false;
}

Result<void> SqliteScoreCache::set_up() {
  if (const auto checked = is_new(); !checked) return tl::unexpected(checked.error());  // before anything is written
  // Changing the journal's mode does not wait for others by itself.
  int code = execute("PRAGMA journal_mode = WAL");
  constexpr int kWaitMs = 5;
  for (int waited_ms = 0; is_busy(code) && waited_ms < options_.busy_timeout_ms; waited_ms += kWaitMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kWaitMs));
    code = execute("PRAGMA journal_mode = WAL");
  }
  // IMMEDIATE: of two processes that find an empty file, one makes the tables and the other sees them.
  if (code == SQLITE_OK) code = execute("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
  if (code != SQLITE_OK) return tl::unexpected(open_error(code, "begin to use it"));
  const auto needs_tables = is_new();
  if (!needs_tables) return tl::unexpected(needs_tables.error());
  if (*needs_tables) {
    code = execute(fmt::format("CREATE TABLE scores(key BLOB PRIMARY KEY, used INTEGER NOT NULL, hash INTEGER NOT "
                               "NULL, scores BLOB NOT NULL) WITHOUT ROWID;"
                               "CREATE INDEX scores_by_use ON scores(used);"
                               "PRAGMA application_id = {}; PRAGMA user_version = {}",
                               kApplicationId, kScoreSchemaVersion)
                       .c_str());
  }
  if (code == SQLITE_OK) code = execute("COMMIT");
  if (code != SQLITE_OK) return tl::unexpected(open_error(code, "make its tables"));
  if (options_.max_pages > 0) {
    code = execute(fmt::format("PRAGMA max_page_count = {}", options_.max_pages).c_str());
    if (code != SQLITE_OK) return tl::unexpected(open_error(code, "limit its size"));
  }
  code = prepare("SELECT used, hash, scores FROM scores WHERE key = ?1", &find_);
  if (code == SQLITE_OK) code = prepare("INSERT OR IGNORE INTO scores VALUES(?1, ?2, ?3, ?4)", &insert_);
  if (code == SQLITE_OK) code = prepare("UPDATE scores SET used = ?2 WHERE key = ?1", &touch_);
  if (code == SQLITE_OK) {
    code = prepare("DELETE FROM scores WHERE key IN (SELECT key FROM scores ORDER BY used LIMIT ?1)", &oldest_);
  }
  if (code != SQLITE_OK) return tl::unexpected(open_error(code, "find its tables"));
  return {};
}

int SqliteScoreCache::prepare(const char* sql, Statement* out) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  out->reset(statement);
  return code;
}

int SqliteScoreCache::execute(const char* sql) { return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); }

int SqliteScoreCache::number(const char* sql, std::int64_t* out) {
  Statement statement;
  if (const int code = prepare(sql, &statement); code != SQLITE_OK) return code;
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW) return code == SQLITE_DONE ? SQLITE_CORRUPT : code;
  *out = sqlite3_column_int64(statement.get(), 0);
  return SQLITE_OK;
}

SqliteScoreCache::~SqliteScoreCache() {
  const std::lock_guard lock(mutex_);
  if (!is_off_ && database_ != nullptr && !touched_.empty()) write({});
}

std::optional<std::vector<float>> SqliteScoreCache::get(const BlobKey& key) {
  const std::lock_guard lock(mutex_);
  if (is_off_) return std::nullopt;
  bind_key(find_.get(), 1, key);
  const int code = sqlite3_step(find_.get());
  std::optional<std::vector<float>> scores;
  bool is_damaged = false;
  if (code == SQLITE_ROW) {
    const std::int64_t used = sqlite3_column_int64(find_.get(), 0);
    const std::int64_t hash = sqlite3_column_int64(find_.get(), 1);
    const auto* data = static_cast<const char*>(sqlite3_column_blob(find_.get(), 2));
    const std::string_view bytes(data == nullptr ? "" : data,
                                 static_cast<std::size_t>(sqlite3_column_bytes(find_.get(), 2)));
    is_damaged = bytes.size() % sizeof(float) != 0 || hash != hash_of(key, bytes);
    if (!is_damaged) {
      scores.emplace(bytes.size() / sizeof(float));
      if (!bytes.empty()) std::memcpy(scores->data(), bytes.data(), bytes.size());
      if (used != tick_ && touched_.size() < kMaxTouched) touched_.push_back(key);
    }
  }
  sqlite3_reset(find_.get());
  if (is_damaged) {
    turn_off("an entry is damaged");
  } else if (code != SQLITE_ROW && code != SQLITE_DONE && !is_busy(code)) {
    turn_off(sqlite3_errstr(code));
  }
  return scores;
}

void SqliteScoreCache::put(std::span<const ScoreEntry> entries) {
  const std::lock_guard lock(mutex_);
  if (is_off_) return;
  const int code = write(entries);
  if (code != SQLITE_OK && !is_busy(code)) turn_off(sqlite3_errstr(code));
}

int SqliteScoreCache::write(std::span<const ScoreEntry> entries) {
  if (const int code = execute("BEGIN IMMEDIATE"); code != SQLITE_OK) return code;
  int code = number("SELECT coalesce(max(used), 0) + 1 FROM scores", &tick_);
  for (std::size_t i = 0; i < touched_.size() && code == SQLITE_OK; ++i) {
    bind_key(touch_.get(), 1, touched_[i]);
    sqlite3_bind_int64(touch_.get(), 2, tick_);
    code = run(touch_.get());
  }
  for (std::size_t i = 0; i < entries.size() && code == SQLITE_OK; ++i) {
    const std::string_view bytes(reinterpret_cast<const char*>(entries[i].scores.data()),
                                 entries[i].scores.size_bytes());
    bind_key(insert_.get(), 1, entries[i].key);
    sqlite3_bind_int64(insert_.get(), 2, tick_);
    sqlite3_bind_int64(insert_.get(), 3, hash_of(entries[i].key, bytes));
    sqlite3_bind_blob64(insert_.get(), 4, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    code = run(insert_.get());
  }
  if (code == SQLITE_OK) code = remove_oldest();
  if (code == SQLITE_OK) code = execute("COMMIT");
  if (code != SQLITE_OK) execute("ROLLBACK");  // without effect where SQLite rolled back itself
  touched_.clear();                            // losing them only costs the order of eviction
  return code;
}

int SqliteScoreCache::remove_oldest() {
  constexpr std::int64_t kShare = 8;  // an eighth at a time: evicting is rare, and no transaction grows with the file
  std::int64_t page_bytes = 0;
  if (const int code = number("PRAGMA page_size", &page_bytes); code != SQLITE_OK) return code;
  while (true) {
    std::int64_t n_pages = 0;
    std::int64_t n_free = 0;
    int code = number("PRAGMA page_count", &n_pages);
    if (code == SQLITE_OK) code = number("PRAGMA freelist_count", &n_free);
    if (code != SQLITE_OK) return code;
    if (static_cast<std::size_t>((n_pages - n_free) * page_bytes) <= options_.max_bytes) return SQLITE_OK;
    std::int64_t n_entries = 0;
    code = number("SELECT count(*) FROM scores", &n_entries);
    if (code != SQLITE_OK) return code;
    if (n_entries == 0) return SQLITE_OK;  // the empty tables alone are above the limit
    sqlite3_bind_int64(oldest_.get(), 1, std::max<std::int64_t>(1, n_entries / kShare));
    if (code = run(oldest_.get()); code != SQLITE_OK) return code;
  }
}

void SqliteScoreCache::turn_off(const std::string& why) {
  is_off_ = true;
  warning_ = fmt::format("the score cache {} is off: {}; results are not affected, only what it would have saved",
                         options_.path, why);
}

std::string SqliteScoreCache::warning() const {
  const std::lock_guard lock(mutex_);
  return warning_;
}

}  // namespace pith
