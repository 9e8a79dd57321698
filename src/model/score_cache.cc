#include "model/score_cache.h"

#include <array>
#include <utility>

namespace pith {

std::size_t MemoryScoreCache::entry_bytes(std::size_t n_scores) {
  constexpr std::size_t kMapNode = sizeof(BlobKey) + 4 * sizeof(void*);  // with its share of the buckets
  constexpr std::size_t kListNode = sizeof(Entry) + 2 * sizeof(void*);
  constexpr std::size_t kAllocator = 3 * 2 * sizeof(void*);  // headers of the three allocations
  return n_scores * sizeof(float) + kMapNode + kListNode + kAllocator;
}

std::optional<std::vector<float>> MemoryScoreCache::get(const BlobKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->scores;
}

void MemoryScoreCache::put(std::span<const ScoreEntry> entries) {
  const std::lock_guard lock(mutex_);
  for (const ScoreEntry& entry : entries) {
    const std::size_t n_entry_bytes = entry_bytes(entry.scores.size());
    if (n_entry_bytes > max_bytes_ || places_.contains(entry.key)) continue;
    while (n_bytes_ + n_entry_bytes > max_bytes_) {
      n_bytes_ -= entry_bytes(entries_.back().scores.size());
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({entry.key, {entry.scores.begin(), entry.scores.end()}});
    places_.emplace(entry.key, entries_.begin());
    n_bytes_ += n_entry_bytes;
  }
}

std::size_t MemoryScoreCache::n_bytes() const {
  const std::lock_guard lock(mutex_);
  return n_bytes_;
}

std::optional<std::vector<float>> LayeredScoreCache::get(const BlobKey& key) {
  if (auto scores = fast_->get(key)) return scores;
  auto scores = slow_->get(key);
  if (scores) {
    const std::array<ScoreEntry, 1> entry{ScoreEntry{key, *scores}};
    fast_->put(entry);
  }
  return scores;
}

void LayeredScoreCache::put(std::span<const ScoreEntry> entries) {
  fast_->put(entries);
  slow_->put(entries);
}

std::string LayeredScoreCache::warning() const {
  std::string warning = fast_->warning();
  return warning.empty() ? slow_->warning() : warning;
}

}  // namespace pith
