#include "tokenize/bpe_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "tokenize/vocabulary.h"

namespace pith {

Result<BpePairs> BpePairs::build(std::span<const BpeMergeRule> rules, const std::string& name) {
  static_assert(Vocabulary::kMaxId < 1 << kIdBits);
  if (rules.size() > kMaxRules) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: {} merges; at most {} are allowed", name, rules.size(), kMaxRules));
  }
  BpePairs pairs;
  pairs.slots_.assign(std::bit_ceil(std::max<std::size_t>(rules.size() * 2, 16)), kEmpty);
  pairs.mask_ = pairs.slots_.size() - 1;
  pairs.shift_ = 64 - static_cast<std::uint32_t>(std::countr_zero(pairs.slots_.size()));
  pairs.joined_.reserve(rules.size());
  for (const BpeMergeRule& rule : rules) {
    const std::uint64_t key = key_of(rule.left, rule.right);
    std::size_t i = pairs.home(key);
    while (pairs.slots_[i] != kEmpty && pairs.slots_[i] >> kRankBits != key) i = (i + 1) & pairs.mask_;
    pairs.slots_[i] = key << kRankBits | pairs.joined_.size();
    pairs.joined_.push_back(rule.joined);
  }
  return pairs;
}

}  // namespace pith
