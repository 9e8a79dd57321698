// A small value for each of the 1,114,112 code points: two loads to read, about 100 KB, expanded in microseconds from
// the sorted ranges that a generated header lists (so the source stays small and its diffs can be read).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace pith {

/// Blocks of 64 code points; blocks whose values are all equal share one copy. Immutable once built, then thread-safe.
template <class Value>
class CodePointTable {
 public:
  /// `Range` has `first` and a value read by `value_of`; it holds up to the next range's first. The first starts at 0.
  template <class Range, class ValueOf>
  CodePointTable(std::span<const Range> ranges, ValueOf value_of) {
    std::size_t r = 0;
    for (std::size_t block = 0; block < kBlocks; ++block) {
      const std::size_t begin = block * kBlockSize;
      while (r + 1 < ranges.size() && ranges[r + 1].first <= begin) ++r;
      if (r + 1 == ranges.size() || ranges[r + 1].first >= begin + kBlockSize) {
        block_of_[block] = uniform_block(value_of(ranges[r]));
        continue;
      }
      block_of_[block] = new_block();
      for (std::size_t i = 0, at = r; i < kBlockSize; ++i) {
        while (at + 1 < ranges.size() && ranges[at + 1].first <= begin + i) ++at;
        values_[values_.size() - kBlockSize + i] = value_of(ranges[at]);
      }
    }
  }

  /// REQUIRES: c <= 0x10FFFF.
  [[nodiscard]] Value operator[](char32_t c) const {
    return values_[static_cast<std::size_t>(block_of_[c / kBlockSize]) * kBlockSize + c % kBlockSize];
  }

  /// Adds bits to one value; for building only.
  void set_bits(char32_t c, Value bits) {
    std::uint16_t& block = block_of_[c / kBlockSize];
    if (const Value now = (*this)[c]; (now & bits) == bits) return;
    if (is_shared(block)) {
      const std::size_t from = std::size_t{block} * kBlockSize;
      block = new_block();
      for (std::size_t i = 0; i < kBlockSize; ++i) values_[values_.size() - kBlockSize + i] = values_[from + i];
    }
    Value& value = values_[std::size_t{block} * kBlockSize + c % kBlockSize];
    value = static_cast<Value>(value | bits);
  }

 private:
  static constexpr std::size_t kBlockSize = 64;
  static constexpr std::size_t kBlocks = 0x110000 / kBlockSize;

  std::uint16_t new_block() {
    values_.resize(values_.size() + kBlockSize);
    return static_cast<std::uint16_t>(values_.size() / kBlockSize - 1);
  }

  std::uint16_t uniform_block(Value value) {
    for (const auto& [known, block] : uniform_) {
      if (known == value) return block;
    }
    const std::uint16_t block = new_block();
    for (std::size_t i = 0; i < kBlockSize; ++i) values_[values_.size() - kBlockSize + i] = value;
    uniform_.emplace_back(value, block);
    return block;
  }

  [[nodiscard]] bool is_shared(std::uint16_t block) const {
    for (const auto& [value, shared] : uniform_) {
      if (shared == block) return true;
    }
    return false;
  }

  std::array<std::uint16_t, kBlocks> block_of_{};
  std::vector<Value> values_;
  std::vector<std::pair<Value, std::uint16_t>> uniform_;
};

}  // namespace pith
