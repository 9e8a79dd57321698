// From a chunk's pieces and their probabilities to words, in the published library's way.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compress/reference_force.h"
#include "compress/reference_vocabulary.h"
#include "pith/compress.h"

namespace pith {

/// How a model family's pieces make words. The library picks one by the model's name, Pith by its tokenizer's family.
/// Stateless, thread-safe.
class ReferenceWordRules {
 public:
  ReferenceWordRules() = default;
  ReferenceWordRules(const ReferenceWordRules&) = delete;
  ReferenceWordRules& operator=(const ReferenceWordRules&) = delete;
  virtual ~ReferenceWordRules() = default;

  /// Does this piece begin a word?
  [[nodiscard]] virtual bool begins_word(std::string_view piece, const ReferenceForceTokens& force) const = 0;
  /// The piece without the family's markers; views `piece`.
  [[nodiscard]] virtual std::string_view pure(std::string_view piece) const = 0;
  /// The word as the label string shows it; views `word`.
  [[nodiscard]] virtual std::string_view label(std::string_view word) const = 0;
  /// The text that pieces, or the words made of them, stand for.
  [[nodiscard]] virtual std::string decode(std::span<const std::string_view> elements) const = 0;
};

/// The rules of a tokenizer family: WordPiece those of BERT, Unigram those of XLM-R (SecurityLingua's differ in the
/// label); null for byte-level BPE, which the library has no rules for.
[[nodiscard]] const ReferenceWordRules* reference_word_rules(TokenizerFamily family, bool is_securitylingua = false);

struct ReferenceWord {
  std::string text;           ///< pieces put together; the first keeps its marker, [NEWi] is back in its original form
  float probability = 0;      ///< after forcing
  float raw_probability = 0;  ///< before forcing; of the first piece only, see merge()
  /// The library holds this probability as a Python float (every piece it is made of was forced to 1), not as a
  /// float32.
  bool is_double = false;
};

/// Makes the words of chunks; keeps what it found out about each token id. Not thread-safe: one per request.
class ReferenceWordMerger {
 public:
  /// All referred objects must outlive it.
  ReferenceWordMerger(const ReferenceVocabulary& vocabulary, const ReferenceWordRules& rules,
                      const ReferenceForceTokens& force, bool force_reserve_digit, TokenToWord token_to_word);

  /// `ids` and `keep_probabilities` are parallel: one chunk as the model read it, masked positions left out.
  /// Nothing if a piece that continues a word comes before any word (the library fails there).
  [[nodiscard]] std::optional<std::vector<ReferenceWord>> merge(std::span<const TokenId> ids,
                                                                std::span<const float> keep_probabilities);

 private:
  /// What does not depend on the text around a piece.
  struct PieceFacts {
    bool is_special = false;
    bool begins = false;
    bool is_forced_to_one = false;  ///< as it stands: a begin by force token or digit, a continuation by digit
    std::string text;               ///< what it adds to the word
  };
  [[nodiscard]] const PieceFacts& facts(TokenId id);

  const ReferenceVocabulary& vocabulary_;
  const ReferenceWordRules& rules_;
  const ReferenceForceTokens& force_;
  bool force_reserve_digit_;
  TokenToWord token_to_word_;
  std::unordered_map<TokenId, PieceFacts> facts_;
};

}  // namespace pith
