#include "tokenize/bpe_merge.h"

#include <algorithm>
#include <functional>

namespace pith {

std::size_t BpeMerger::merge(std::string_view piece, std::vector<std::int32_t>* ids) {
  return piece.size() <= kSmallPieceBytes ? merge_small(piece, ids) : merge_large(piece, ids);
}

std::size_t BpeMerger::merge_small(std::string_view piece, std::vector<std::int32_t>* ids) {
  const std::size_t n = piece.size();
  parts_.clear();
  for (std::uint32_t i = 0; i < n; ++i) {
    parts_.push_back({i, i + 1 < n ? ranks_.find(piece.substr(i, 2)) : BpeRanks::kNone});
  }
  const auto end_of = [&](std::size_t part) { return part < parts_.size() ? parts_[part].begin : n; };
  const auto pair_rank = [&](std::size_t part) {
    if (part + 1 >= parts_.size()) return BpeRanks::kNone;
    return ranks_.find(piece.substr(parts_[part].begin, end_of(part + 2) - parts_[part].begin));
  };
  while (true) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      if (parts_[i].pair_rank < parts_[best].pair_rank) best = i;
    }
    if (parts_.empty() || parts_[best].pair_rank == BpeRanks::kNone) break;
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    parts_[best].pair_rank = pair_rank(best);
    if (best > 0) parts_[best - 1].pair_rank = pair_rank(best - 1);
  }
  if (ids != nullptr) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Rank rank = ranks_.find(piece.substr(parts_[i].begin, end_of(i + 1) - parts_[i].begin));
      ids->push_back(static_cast<std::int32_t>(rank));
    }
  }
  return parts_.size();
}

std::size_t BpeMerger::merge_large(std::string_view piece, std::vector<std::int32_t>* ids) {
  const auto n = static_cast<std::uint32_t>(piece.size());
  // links_[i] belongs to the part that begins at byte i; a part that was joined to the one before it has no pair.
  links_.resize(n);
  heap_.clear();
  const auto entry = [](Rank rank, std::uint32_t begin) { return std::uint64_t{rank} << 32 | begin; };
  for (std::uint32_t i = 0; i < n; ++i) {
    const Rank rank = i + 1 < n ? ranks_.find(piece.substr(i, 2)) : BpeRanks::kNone;
    links_[i] = {i - 1, i + 1, rank};
    if (rank != BpeRanks::kNone) heap_.push_back(entry(rank, i));
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  const auto refresh = [&](std::uint32_t begin) {
    const std::uint32_t middle = links_[begin].next;
    Rank rank = BpeRanks::kNone;
    if (middle < n) rank = ranks_.find(piece.substr(begin, links_[middle].next - begin));
    links_[begin].pair_rank = rank;
    if (rank == BpeRanks::kNone) return;
    heap_.push_back(entry(rank, begin));
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  };
  std::size_t n_parts = n;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const auto rank = static_cast<Rank>(heap_.back() >> 32);
    const auto begin = static_cast<std::uint32_t>(heap_.back());
    heap_.pop_back();
    // Two different pairs never have one rank at one place, so the rank tells whether the entry is still true.
    if (links_[begin].pair_rank != rank) continue;
    const std::uint32_t joined = links_[begin].next;
    links_[begin].next = links_[joined].next;
    links_[joined].pair_rank = BpeRanks::kNone;
    if (links_[begin].next < n) links_[links_[begin].next].previous = begin;
    --n_parts;
    refresh(begin);
    if (begin > 0) refresh(links_[begin].previous);
  }
  if (ids != nullptr) {
    for (std::uint32_t i = 0; i < n; i = links_[i].next) {
      ids->push_back(static_cast<std::int32_t>(ranks_.find(piece.substr(i, links_[i].next - i))));
    }
  }
  return n_parts;
}

}  // namespace pith
