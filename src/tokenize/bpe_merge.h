// Merging one piece with a tiktoken vocabulary: bytes that form a token are joined, whichever halves they come from,
// and the token's id is its rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenize/bpe_merge_loop.h"
#include "tokenize/bpe_ranks.h"

namespace pith {

/// Working memory of one thread, kept between pieces. Time: see BpeMergeLoop.
class BpeMerger {
 public:
  static constexpr std::size_t kSmallPieceBytes = 96;

  /// The vocabulary must outlive the merger.
  explicit BpeMerger(const BpeRanks& ranks) : ranks_(ranks) {}

  /// Number of tokens of `piece`; their ranks are appended to `*ids` if that is not null.
  [[nodiscard]] std::size_t merge(std::string_view piece, std::vector<std::int32_t>* ids);

 private:
  /// A pair is known by its bytes alone.
  struct Pairs {
    struct Symbol {};
    [[nodiscard]] std::uint32_t rank(Symbol, std::uint32_t begin, Symbol, std::uint32_t end) const {
      return ranks.find(piece.substr(begin, end - begin));
    }
    [[nodiscard]] Symbol joined(std::uint32_t, Symbol, Symbol) const { return {}; }

    const BpeRanks& ranks;
    std::string_view piece;
  };

  const BpeRanks& ranks_;
  BpeMergeLoop<Pairs> loop_;
};

}  // namespace pith
