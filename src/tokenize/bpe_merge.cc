#include "tokenize/bpe_merge.h"

namespace pith {

std::size_t BpeMerger::merge(std::string_view piece, std::vector<std::int32_t>* ids) {
  static_assert(kSmallPieceBytes == BpeMergeLoop<Pairs>::kSmallPiece);
  static_assert(BpeRanks::kNone == BpeMergeLoop<Pairs>::kNone);
  const auto n = static_cast<std::uint32_t>(piece.size());
  const auto first = [](std::uint32_t) { return Pairs::Symbol{}; };
  const auto emit = [&](Pairs::Symbol, std::uint32_t begin, std::uint32_t end) {
    if (ids != nullptr) ids->push_back(static_cast<std::int32_t>(ranks_.find(piece.substr(begin, end - begin))));
  };
  return loop_.run(Pairs{ranks_, piece}, n, first, emit);
}

}  // namespace pith
