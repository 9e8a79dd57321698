// WordPiece as BERT uses it (Devlin et al. 2019; Wu et al. 2016): normalise, split into words, then cut each word
// greedily into the longest pieces of the vocabulary; a word that cannot be cut, or is too long, is one [UNK].
//
//   "Unaffable."  ->  un ##aff ##able .
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "pith/result.h"
#include "tokenize/bert_words.h"
#include "tokenize/tokenizer.h"
#include "tokenize/vocabulary.h"

namespace pith {

struct WordPieceOptions {
  BertOptions bert;
  std::string unk_token = "[UNK]";
  std::string continuing_subword_prefix = "##";
  /// Words of more characters (code points after normalisation) are one unk_token.
  std::size_t max_input_chars_per_word = 100;
};

/// Immutable, thread-safe; see the Tokenizer seam for what it promises. Plain ASCII costs about 35 ns a token.
class WordPiece final : public Tokenizer {
 public:
  /// `special` may name ids that are kNoToken. `name` says in errors whose vocabulary it is.
  /// Errors: kBadModel if unk_token is not in the vocabulary.
  [[nodiscard]] static Result<std::unique_ptr<WordPiece>> create(Vocabulary vocabulary, WordPieceOptions options,
                                                                 SpecialTokens special, const std::string& name);

  void encode(std::string_view text, Encoding* out) const override;
  [[nodiscard]] std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
  [[nodiscard]] TokenId id_of(std::string_view piece) const override { return vocabulary_.id_of(piece); }
  [[nodiscard]] std::size_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kWordPiece; }
  [[nodiscard]] const WordPieceOptions& options() const { return options_; }

 private:
  /// What the fast path does with a byte. kGeneral: not ASCII, or a control that clean_text drops from inside a word.
  enum class ByteClass : std::uint8_t { kWord, kSpace, kPunctuation, kGeneral };
  class Sink;

  WordPiece(Vocabulary vocabulary, WordPieceOptions options, SpecialTokens special);
  std::size_t encode_general(std::string_view text, std::size_t at, BertWordSplitter* words) const;
  template <class ByteAt, class SpanOf>
  void cut_word(std::size_t n_bytes, ByteAt byte_at, SpanOf span_of, Encoding* out) const;

  const Vocabulary vocabulary_;
  const WordPieceOptions options_;
  SpecialTokens special_;
  PieceTrie::Node continuation_ = PieceTrie::kNone;  ///< where the second and later pieces of a word start
  std::array<ByteClass, 256> class_of_{};
  std::array<unsigned char, 256> fold_{};  ///< lower case of ASCII, if asked for
};

}  // namespace pith
