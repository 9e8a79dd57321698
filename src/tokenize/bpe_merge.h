// Byte-pair merging of one piece: the pair with the lowest rank is joined first, the leftmost among equals, until no
// two neighbours form a token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenize/bpe_ranks.h"

namespace pith {

/// Working memory of one thread, kept between pieces. Merging a piece of n bytes costs O(n^2) additions but no memory
/// traffic worth naming below kSmallPieceBytes, and O(n log n) above (a heap of pairs), so a megabyte of one letter is
/// fine.
class BpeMerger {
 public:
  static constexpr std::size_t kSmallPieceBytes = 96;

  /// The vocabulary must outlive the merger.
  explicit BpeMerger(const BpeRanks& ranks) : ranks_(ranks) {}

  /// Number of tokens of `piece`; their ranks are appended to `*ids` if that is not null.
  [[nodiscard]] std::size_t merge(std::string_view piece, std::vector<std::int32_t>* ids);

 private:
  using Rank = BpeRanks::Rank;
  struct Part {
    std::uint32_t begin;
    Rank pair_rank;  ///< of this part joined with the next
  };
  struct Link {
    std::uint32_t previous, next;
    Rank pair_rank;
  };

  std::size_t merge_small(std::string_view piece, std::vector<std::int32_t>* ids);
  std::size_t merge_large(std::string_view piece, std::vector<std::int32_t>* ids);

  const BpeRanks& ranks_;
  std::vector<Part> parts_;
  std::vector<Link> links_;
  std::vector<std::uint64_t> heap_;  ///< rank << 32 | begin; smallest first
};

}  // namespace pith
