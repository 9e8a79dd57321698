#pragma once

#include <cstddef>
#include <string_view>

#include "tokenize/tokenizer.h"

namespace pith {

/// A tokenizer that has a size and nothing else, for classifiers that are fed ids.
class StubTokenizer final : public Tokenizer {
 public:
  explicit StubTokenizer(std::size_t vocab_size) : vocab_size_(vocab_size) {}
  void encode(std::string_view, Encoding*) const override {}
  [[nodiscard]] std::string_view piece(TokenId) const override { return {}; }
  [[nodiscard]] TokenId id_of(std::string_view) const override { return kNoToken; }
  [[nodiscard]] std::size_t vocab_size() const override { return vocab_size_; }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kWordPiece; }

 private:
  std::size_t vocab_size_;
  SpecialTokens special_;
};

}  // namespace pith
