// Unigram (Kudo 2018) as SentencePiece models such as XLM-R use it: normalise, split into words with their visible
// space, then cut each word into the pieces whose scores (log probabilities) have the largest sum.
//
//   "Hello  world!"  ->  ▁Hello ▁world !
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/metaspace.h"
#include "tokenize/sentencepiece_normalizer.h"
#include "tokenize/tokenizer.h"
#include "tokenize/vocabulary.h"

namespace pith {

struct UnigramOptions {
  TokenId unk_id = 0;
  /// Unknown characters become the pieces <0x00> ... <0xFF> of their bytes, if the vocabulary has those.
  bool byte_fallback = false;
};

/// Immutable, thread-safe; see the Tokenizer seam for what it promises. Time is linear in the text's length (each
/// character starts at most one walk over the longest piece), memory about 16 bytes a byte of the longest word.
///
/// Spans are those of the `tokenizers` library, never empty: a mark "▁" that was put before a word has the bytes of the
/// word's first character, so a lone "▁" and the token behind it share them, as do tokens of one character that the
/// normaliser expanded. Bytes of one run of unknown characters all have the run's span.
///
/// The best path is found from left to right in double precision, as the library does, so that ties and roundings
/// agree: of equal sums the path whose last piece is longest wins. A run of unknown characters is one unknown token. An
/// unknown character costs the lowest score of all pieces less 10.
class Unigram final : public Tokenizer {
 public:
  /// `scores[id]` for each piece of the vocabulary that text may match; NaN-free. `special` may name ids that are
  /// kNoToken; its `unk` is set to options.unk_id. REQUIRES: scores.size() == vocabulary.size(), unk_id inside it.
  Unigram(Vocabulary vocabulary, std::vector<double> scores, double min_score, UnigramOptions options,
          SentencePieceNormalizer normalizer, MetaspaceSplitter splitter, SpecialTokens special);

  void encode(std::string_view text, Encoding* out) const override;
  [[nodiscard]] std::string normalized(std::string_view text) const override {
    return std::string(normalizer_.apply(text).bytes());
  }
  [[nodiscard]] std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
  [[nodiscard]] TokenId id_of(std::string_view piece) const override { return vocabulary_.id_of(piece); }
  [[nodiscard]] std::size_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kUnigram; }

 private:
  class Cutter;

  const Vocabulary vocabulary_;
  const std::vector<double> scores_;
  const double unk_score_;
  const UnigramOptions options_;
  const SentencePieceNormalizer normalizer_;
  const MetaspaceSplitter splitter_;
  SpecialTokens special_;
  std::array<TokenId, 256> byte_ids_{};  ///< kNoToken without byte_fallback
};

}  // namespace pith
