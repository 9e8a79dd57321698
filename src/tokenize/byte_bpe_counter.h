// TokenCounter for tiktoken's encodings: cut with the split pattern, look the piece up, merge what is not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenize/bpe_ranks.h"
#include "tokenize/bpe_split.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Immutable, thread-safe; exact to tiktoken's encode_ordinary. About 20 million tokens of English a second and core.
class ByteBpeCounter final : public TokenCounter {
 public:
  ByteBpeCounter(std::string name, BpePattern pattern, BpeRanks ranks)
      : name_(std::move(name)), pattern_(pattern), ranks_(std::move(ranks)) {}

  [[nodiscard]] std::size_t count(std::string_view text) const override;
  [[nodiscard]] std::string_view name() const override { return name_; }
  /// The token ids themselves.
  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const;
  [[nodiscard]] const BpeRanks& ranks() const { return ranks_; }

 private:
  std::size_t tokenize(std::string_view text, std::vector<std::int32_t>* ids) const;

  const std::string name_;
  const BpePattern pattern_;
  const BpeRanks ranks_;
};

}  // namespace pith
