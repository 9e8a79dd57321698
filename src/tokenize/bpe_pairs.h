// The merge rules of a tokenizer.json: which two tokens join, in which order, and what they become.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// One rule; its place in the list is its rank. Of two rules for one pair the later counts.
struct BpeMergeRule {
  TokenId left = kNoToken;
  TokenId right = kNoToken;
  TokenId joined = kNoToken;
};

/// Immutable once built, thread-safe. One open-addressing table of 8-byte slots: 50,000 rules take 1.2 MB.
/// It is what BpeMergeLoop asks for.
class BpePairs {
 public:
  struct Symbol {
    TokenId id = kNoToken;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::size_t kMaxRules = (std::size_t{1} << 20) - 1;

  /// REQUIRES: ids from 0 to Vocabulary::kMaxId. Errors: kBadModel beyond kMaxRules rules; `name` begins the message.
  [[nodiscard]] static Result<BpePairs> build(std::span<const BpeMergeRule> rules, const std::string& name);

  /// The rank of the pair, or kNone.
  [[nodiscard]] std::uint32_t find(TokenId left, TokenId right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t i = home(key);; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots_[i];
      if (slot == kEmpty) return kNone;
      if (slot >> kRankBits == key) return static_cast<std::uint32_t>(slot & kRankMask);
    }
  }
  /// What the pair of that rank becomes. REQUIRES: find() gave the rank.
  [[nodiscard]] TokenId joined(std::uint32_t rank) const { return joined_[rank]; }

  [[nodiscard]] std::uint32_t rank(Symbol left, std::uint32_t, Symbol right, std::uint32_t) const {
    return find(left.id, right.id);
  }
  [[nodiscard]] Symbol joined(std::uint32_t rank, Symbol, Symbol) const { return {joined_[rank]}; }

 private:
  BpePairs() = default;

  // A slot: the two ids of 22 bits each, then the rank. The rank of all ones is never given.
  static constexpr std::uint32_t kIdBits = 22;
  static constexpr std::uint32_t kRankBits = 20;
  static constexpr std::uint64_t kRankMask = (std::uint64_t{1} << kRankBits) - 1;
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  [[nodiscard]] static std::uint64_t key_of(TokenId left, TokenId right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << kIdBits | static_cast<std::uint32_t>(right);
  }
  [[nodiscard]] std::size_t home(std::uint64_t key) const { return (key * 0x9E3779B97F4A7C15u) >> shift_; }

  std::vector<std::uint64_t> slots_;
  std::size_t mask_ = 0;
  std::uint32_t shift_ = 0;
  std::vector<TokenId> joined_;  ///< by rank
};

}  // namespace pith
