// The Tokenizer seam: text to model token ids, each with the bytes of the original text it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

using TokenId = std::int32_t;
inline constexpr TokenId kNoToken = -1;

/// Token ids of a text with their byte spans: parallel arrays, ascending by begin. Spans may touch or share bytes (two
/// pieces of one decomposed character) but do not run backwards. A span may be empty: where a tokenizer trims offsets,
/// as RoBERTa's does, a token of spaces has no bytes. (byte_bpe_tokenizer.h names the one exception to the order.)
struct Encoding {
  std::vector<TokenId> ids;
  std::vector<ByteSpan> spans;

  [[nodiscard]] std::size_t n_tokens() const { return ids.size(); }
  void clear() {
    ids.clear();
    spans.clear();
  }
};

/// Special tokens of an encoder's vocabulary; kNoToken where the model has none.
struct SpecialTokens {
  TokenId cls = kNoToken;  ///< begin of sequence ([CLS], <s>)
  TokenId sep = kNoToken;  ///< end of sequence ([SEP], </s>)
  TokenId pad = kNoToken;
  TokenId unk = kNoToken;
  TokenId mask = kNoToken;
};

enum class TokenizerFamily { kWordPiece, kUnigram, kByteLevelBpe };

/// Immutable after loading, thread-safe, linear in the text's length for any bytes.
/// Ids and spans equal those of the Hugging Face `tokenizers` library for the same tokenizer.json
/// (add_special_tokens=false, no truncation) on valid UTF-8, except that special tokens typed in the text are ordinary
/// text here: user text is never parsed for control tokens. Each maximal invalid UTF-8 sequence is treated as U+FFFD
/// is.
class Tokenizer {
 public:
  Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;  // shared by pointer: a vocabulary is megabytes
  Tokenizer& operator=(const Tokenizer&) = delete;
  virtual ~Tokenizer() = default;

  /// Appends the tokens of `text` to `*out`; spans are offsets into `text`. No special tokens are added.
  virtual void encode(std::string_view text, Encoding* out) const = 0;

  /// `text` as the tokenizer's normalizer rewrites it, which is how Hugging Face's library spells the unknown tokens of
  /// Unigram models. The default is for tokenizers that need not say: `text` itself.
  [[nodiscard]] virtual std::string normalized(std::string_view text) const { return std::string(text); }

  /// The vocabulary's spelling of `id` (`##ing`, `[CLS]`); empty when out of range. Views the tokenizer.
  [[nodiscard]] virtual std::string_view piece(TokenId id) const = 0;
  /// Appends the bytes that `id` stands for in a text: what decoding writes. A token may be part of a character.
  /// The default, for families whose decoding needs its neighbours (WordPiece), is the piece as it is.
  virtual void append_bytes(TokenId id, std::string* out) const { out->append(piece(id)); }
  /// The id spelled exactly `piece`, or kNoToken.
  [[nodiscard]] virtual TokenId id_of(std::string_view piece) const = 0;
  /// Number of rows the vocabulary addresses (largest id + 1).
  [[nodiscard]] virtual std::size_t vocab_size() const = 0;
  [[nodiscard]] virtual const SpecialTokens& special_tokens() const = 0;
  [[nodiscard]] virtual TokenizerFamily family() const = 0;
};

}  // namespace pith
