// Byte-pair merging: of all neighbours that can be joined, the pair of lowest rank is joined first, the leftmost among
// equals, until none is left. The one implementation behind tiktoken's vocabularies (bpe_merge.h, where a pair is known
// by the bytes it covers) and those of tokenizer.json (bpe_pairs.h, where it is known by the ids of its halves).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace pith {

/// Working memory of one thread, kept between pieces. Merging n symbols costs O(n^2) additions but no memory traffic
/// worth naming up to kSmallPiece symbols, and O(n log n) above (a heap of pairs), so a megabyte of one letter is fine.
///
/// `Pairs` knows what can be joined:
///   struct Symbol;                                        what it must know of a part beside its place; may be empty
///   uint32_t rank(left, begin, right, end) const;         of two neighbours that cover symbols [begin, end), or kNone
///   Symbol joined(rank, left, right) const;               what they become
/// and first(i) gives the i-th symbol, cheaply: it is asked twice.
/// Two different pairs that begin at one symbol never have the same rank.
template <class Pairs>
class BpeMergeLoop {
 public:
  using Symbol = typename Pairs::Symbol;
  using Rank = std::uint32_t;
  static constexpr Rank kNone = 0xFFFFFFFF;
  static constexpr std::size_t kSmallPiece = 96;

  /// Merges the symbols first(0), ..., first(n - 1) and calls emit(symbol, begin, end) for each part that remains, from
  /// left to right, with the range of symbols it covers. Returns their number.
  template <class First, class Emit>
  std::size_t run(const Pairs& pairs, std::uint32_t n, First first, Emit emit) {
    return n <= kSmallPiece ? run_small(pairs, n, first, emit) : run_large(pairs, n, first, emit);
  }

 private:
  struct Part : Symbol {
    std::uint32_t begin;
    Rank pair_rank;  ///< of this part joined with the next
  };
  struct Link : Symbol {
    std::uint32_t previous, next;
    Rank pair_rank;
  };

  template <class First, class Emit>
  std::size_t run_small(const Pairs& pairs, std::uint32_t n, First first, Emit emit) {
    parts_.clear();
    for (std::uint32_t i = 0; i < n; ++i) {
      const Symbol symbol = first(i);
      parts_.push_back({symbol, i, i + 1 < n ? pairs.rank(symbol, i, first(i + 1), i + 2) : kNone});
    }
    const auto end_of = [&](std::size_t part) { return part + 1 < parts_.size() ? parts_[part + 1].begin : n; };
    const auto pair_rank = [&](std::size_t part) {
      if (part + 1 >= parts_.size()) return kNone;
      return pairs.rank(parts_[part], parts_[part].begin, parts_[part + 1], end_of(part + 1));
    };
    while (true) {
      std::size_t best = 0;
      for (std::size_t i = 1; i < parts_.size(); ++i) {
        if (parts_[i].pair_rank < parts_[best].pair_rank) best = i;
      }
      if (parts_.empty() || parts_[best].pair_rank == kNone) break;
      Part& left = parts_[best];
      static_cast<Symbol&>(left) = pairs.joined(left.pair_rank, left, parts_[best + 1]);
      parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(best) + 1);
      parts_[best].pair_rank = pair_rank(best);
      if (best > 0) parts_[best - 1].pair_rank = pair_rank(best - 1);
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) emit(parts_[i], parts_[i].begin, end_of(i));
    return parts_.size();
  }

  template <class First, class Emit>
  std::size_t run_large(const Pairs& pairs, std::uint32_t n, First first, Emit emit) {
    // links_[i] belongs to the part that begins at symbol i; a part that was joined to the one before it has no pair.
    links_.clear();
    heap_.clear();
    const auto entry = [](Rank rank, std::uint32_t begin) { return std::uint64_t{rank} << 32 | begin; };
    for (std::uint32_t i = 0; i < n; ++i) {
      const Symbol symbol = first(i);
      const Rank rank = i + 1 < n ? pairs.rank(symbol, i, first(i + 1), i + 2) : kNone;
      links_.push_back({symbol, i - 1, i + 1, rank});
      if (rank != kNone) heap_.push_back(entry(rank, i));
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    const auto refresh = [&](std::uint32_t begin) {
      const std::uint32_t middle = links_[begin].next;
      const Rank rank = middle < n ? pairs.rank(links_[begin], begin, links_[middle], links_[middle].next) : kNone;
      links_[begin].pair_rank = rank;
      if (rank == kNone) return;
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
      Link& left = links_[begin];
      if (left.pair_rank != rank) continue;
      Link& right = links_[left.next];
      static_cast<Symbol&>(left) = pairs.joined(rank, left, right);
      left.next = right.next;
      right.pair_rank = kNone;
      if (left.next < n) links_[left.next].previous = begin;
      --n_parts;
      refresh(begin);
      if (begin > 0) refresh(left.previous);
    }
    for (std::uint32_t i = 0; i < n; i = links_[i].next) emit(links_[i], i, links_[i].next);
    return n_parts;
  }

  std::vector<Part> parts_;
  std::vector<Link> links_;
  std::vector<std::uint64_t> heap_;  ///< rank << 32 | begin; smallest first
};

}  // namespace pith
