// Texts as ids of a causal model and back, as the published library counts, reads and writes them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/causal_lm.h"

namespace pith {

/// Views a model. Thread-safe.
class ReferenceModelText {
 public:
  explicit ReferenceModelText(const CausalLm& lm) : tokenizer_(lm.tokenizer()), bos_(lm.bos()) {}

  /// Ids without and with what the model's tokenizer puts in front.
  [[nodiscard]] std::vector<TokenId> ids(std::string_view text) const;
  [[nodiscard]] std::vector<TokenId> ids_with_bos(std::string_view text) const;
  /// How many they are.
  [[nodiscard]] std::size_t n_ids(std::string_view text) const { return ids(text).size(); }
  [[nodiscard]] std::size_t n_ids_with_bos(std::string_view text) const;

  /// The text of `ids`; what is not UTF-8 becomes U+FFFD. Nothing is tidied up (as for tokenizers with
  /// clean_up_tokenization_spaces off).
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

 private:
  const Tokenizer& tokenizer_;
  TokenId bos_;
};

}  // namespace pith
