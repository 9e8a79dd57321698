// Classifier outputs by content: what was scored once is not scored again. A key is the hash of everything that decides
// a sequence's scores (cached_classifier.h), so an entry never becomes wrong; it can only become unused.
//
//   pith::MemoryScoreCache cache(64 << 20);
//   cache.put({{{key, scores}}});
//   if (auto scores = cache.get(key)) use(*scores);   // the same bits
#pragma once

#include <cstddef>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/blob_cache.h"

namespace pith {

struct ScoreEntry {
  BlobKey key;
  std::span<const float> scores;
};

/// Thread-safe. Losing entries is always allowed; a hit has the bits that were put.
class ScoreCache {
 public:
  ScoreCache() = default;
  ScoreCache(const ScoreCache&) = delete;
  ScoreCache& operator=(const ScoreCache&) = delete;
  virtual ~ScoreCache() = default;

  [[nodiscard]] virtual std::optional<std::vector<float>> get(const BlobKey& key) = 0;
  /// Stores what can be stored, all at once where that is cheaper. A key that is there keeps its entry.
  virtual void put(std::span<const ScoreEntry> entries) = 0;
  /// Why the cache no longer works, one sentence for people; "" while it does. Never changes back.
  [[nodiscard]] virtual std::string warning() const { return {}; }
};

/// 128 bits of XXH3 are as good a hash as any part of them.
struct BlobKeyHash {
  [[nodiscard]] std::size_t operator()(const BlobKey& key) const {
    std::size_t hash = 0;
    std::memcpy(&hash, key.bytes.data(), sizeof(hash));
    return hash;
  }
};

/// Least recently used entries go when there are more than `max_bytes` of them, bookkeeping included.
class MemoryScoreCache final : public ScoreCache {
 public:
  explicit MemoryScoreCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] std::optional<std::vector<float>> get(const BlobKey& key) override;
  void put(std::span<const ScoreEntry> entries) override;

  [[nodiscard]] std::size_t n_bytes() const;
  /// What an entry of `n_scores` counts.
  [[nodiscard]] static std::size_t entry_bytes(std::size_t n_scores);

 private:
  struct Entry {
    BlobKey key;
    std::vector<float> scores;
  };

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first; these three are guarded by mutex_
  std::unordered_map<BlobKey, std::list<Entry>::iterator, BlobKeyHash> places_;
  std::size_t n_bytes_ = 0;
};

/// A fast cache before a slow one: what the slow one knows is copied into the fast one when it is asked for.
class LayeredScoreCache final : public ScoreCache {
 public:
  LayeredScoreCache(std::shared_ptr<ScoreCache> fast, std::shared_ptr<ScoreCache> slow)
      : fast_(std::move(fast)), slow_(std::move(slow)) {}

  [[nodiscard]] std::optional<std::vector<float>> get(const BlobKey& key) override;
  void put(std::span<const ScoreEntry> entries) override;
  [[nodiscard]] std::string warning() const override;

 private:
  std::shared_ptr<ScoreCache> fast_;
  std::shared_ptr<ScoreCache> slow_;
};

}  // namespace pith
