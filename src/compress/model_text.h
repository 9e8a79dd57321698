// The contexts of a request as one text for a causal model: its tokens, and the words each of them is part of.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compress/prepared_context.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Words are numbered through all contexts, in the order of the text; word w of the i-th context is
/// words_begin[i] + w.
struct ModelText {
  std::vector<TokenId> ids;
  /// Per token the words it shares bytes with, [first_word, end_word): several where a token straddles them, none for
  /// white space. Ascending.
  std::vector<std::uint32_t> first_word;
  std::vector<std::uint32_t> end_word;
  std::vector<std::uint32_t> words_begin;  ///< per context in order, and n_words() behind the last

  [[nodiscard]] std::size_t n_tokens() const { return ids.size(); }
  [[nodiscard]] std::size_t n_words() const { return words_begin.back(); }
  /// Token t is white space, or bytes between words.
  [[nodiscard]] bool is_gap(std::size_t t) const { return first_word[t] == end_word[t]; }
};

/// The contexts of `order` joined by blank lines and tokenised in one piece; of structured ones only what read_spans()
/// names. Linear.
[[nodiscard]] ModelText make_model_text(std::span<const PreparedContext> contexts, std::span<const std::size_t> order,
                                        const Tokenizer& tokenizer);

}  // namespace pith
