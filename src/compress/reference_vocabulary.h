// The tokenizer as the published library sets it up: 100 extra tokens [NEW0]..[NEW99] at the end of the vocabulary, and
// special tokens typed in a text read as those tokens.
//
// Pith's Tokenizer does neither on purpose (user text is never parsed for control tokens); reference mode must, because
// it stands in for force tokens by writing [NEWi] into the text.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenize/tokenizer.h"

namespace pith {

/// Number of added tokens (the library's `max_force_token`), and so of force tokens a request may have.
inline constexpr std::size_t kMaxReferenceForceTokens = 100;

/// Immutable and thread-safe. Views the tokenizer it was made from.
class ReferenceVocabulary {
 public:
  explicit ReferenceVocabulary(const Tokenizer& tokenizer);
  ReferenceVocabulary(const ReferenceVocabulary&) = delete;  // its members view each other
  ReferenceVocabulary& operator=(const ReferenceVocabulary&) = delete;

  /// Appends the ids of `text`. Special and added tokens are matched literally in the raw text (leftmost first; none of
  /// them can overlap another), and what stands between them is tokenised as a text of its own. XLM-R's <mask> takes
  /// the white space in front of it along, and is then spelled as no token of the vocabulary is: it becomes the unknown
  /// one.
  void encode(std::string_view text, std::vector<TokenId>* ids) const;

  /// The tokens of `text` as the library's tokenize() spells them: pieces, but an unknown stretch of a Unigram model as
  /// the normalized text it stands for. Views this object, `text` and `*storage`, where such stretches are kept.
  [[nodiscard]] std::vector<std::string_view> tokenize(std::string_view text, std::deque<std::string>* storage) const;

  /// The spelling of an id; of an added token `[NEWi]`. Empty when out of range.
  [[nodiscard]] std::string_view piece(TokenId id) const;
  /// The id spelled so, added tokens included, or kNoToken.
  [[nodiscard]] TokenId id_of(std::string_view piece) const;
  /// `[NEW<index>]`. REQUIRES: index < kMaxReferenceForceTokens.
  [[nodiscard]] const std::string& added_piece(std::size_t index) const { return added_pieces_[index]; }

  /// One of the model's own special tokens ([CLS], [SEP], [UNK], [PAD], [MASK]; not [NEWi]).
  [[nodiscard]] bool is_special(TokenId id) const;
  [[nodiscard]] const SpecialTokens& special_tokens() const { return tokenizer_.special_tokens(); }
  [[nodiscard]] TokenizerFamily family() const { return tokenizer_.family(); }

 private:
  /// Calls literal(id, spelling) and plain(stretch) in the order of the text.
  template <class Literal, class Plain>
  void split(std::string_view text, const Literal& literal, const Plain& plain) const;

  const Tokenizer& tokenizer_;
  std::vector<std::string> added_pieces_;                   // by index
  std::vector<TokenId> added_ids_;                          // by index
  std::unordered_map<TokenId, std::size_t> added_index_;    // ids outside the tokenizer's vocabulary
  std::unordered_map<std::string_view, TokenId> literals_;  // what encode() looks for; views pieces
  TokenId takes_white_space_ = kNoToken;                    // XLM-R's <mask>
  std::string first_bytes_;                                 // the distinct first bytes of `literals_`
  std::vector<std::size_t> literal_lengths_;                // their distinct lengths, longest first
};

}  // namespace pith
