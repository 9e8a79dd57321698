// Byte-pair encoding as tokenizer.json describes it (Sennrich et al. 2016; over bytes: Radford et al. 2019): RoBERTa,
// ModernBERT, GPT-2 and the families of Llama 3, Qwen and SmolLM. Normalise, cut into pieces, then join neighbours by
// the merge rules.
//
//   "Hello world"  ->  Hello |U+0120 world       (U+0120 spells the space: byte_level.h)
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/bpe_pairs.h"
#include "tokenize/pre_tokenizer.h"
#include "tokenize/text_normalizer.h"
#include "tokenize/tokenizer.h"
#include "tokenize/vocabulary.h"

namespace pith {

struct ByteBpeOptions {
  std::vector<TextNormalizer> normalizers;  ///< in order
  /// Whether a piece that is a token needs no merging; control tokens never match.
  bool ignore_merges = false;
  /// Whether a character without a token becomes the tokens <0xHH> of its bytes, where all of them exist.
  bool byte_fallback = false;
  std::optional<std::string> unk_token;  ///< of other characters; without one they give no token
  bool fuse_unk = false;                 ///< whether neighbours share one unk_token
  /// For each trimming post-processor, its add_prefix_space: spaces at the ends of tokens are not in their spans.
  std::vector<bool> trims;
};

/// Immutable, thread-safe; see the Tokenizer seam for what it promises.
/// With `trims` (RoBERTa's trim_offsets) the span of a token of spaces is empty and lies behind them. Where such a
/// space is no byte of the text (add_prefix_space with a processor that does not know of it, compatibility
/// decomposition) its span may lie behind that of the next token, as it does in the library.
class ByteBpeTokenizer final : public Tokenizer {
 public:
  /// `control_ids` are tokens that text never spells. `name` begins the message of errors.
  /// Errors: kBadModel if the vocabulary lacks the unk_token although it may be needed.
  [[nodiscard]] static Result<std::unique_ptr<ByteBpeTokenizer>> create(Vocabulary vocabulary, BpePairs pairs,
                                                                        PreTokenizer pre_tokenizer,
                                                                        ByteBpeOptions options, SpecialTokens special,
                                                                        std::span<const TokenId> control_ids,
                                                                        const std::string& name);

  void encode(std::string_view text, Encoding* out) const override;
  [[nodiscard]] std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
  void append_bytes(TokenId id, std::string* out) const override;
  [[nodiscard]] TokenId id_of(std::string_view piece) const override { return vocabulary_.id_of(piece); }
  [[nodiscard]] std::size_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kByteLevelBpe; }

 private:
  /// Whether merging the spelling of a token gives that token alone; found out when the token is first met.
  enum class Whole : std::uint8_t { kUnknown, kYes, kNo };
  class Encoder;

  ByteBpeTokenizer(Vocabulary vocabulary, BpePairs pairs, PreTokenizer pre_tokenizer, ByteBpeOptions options,
                   SpecialTokens special);
  /// The token spelled so by the model itself, or kNoToken.
  [[nodiscard]] TokenId token_of(std::string_view spelling) const;
  void trim_spans(std::string_view text, std::size_t first, bool add_prefix_space, Encoding* out) const;

  const Vocabulary vocabulary_;
  const BpePairs pairs_;
  const PreTokenizer pre_tokenizer_;
  const ByteBpeOptions options_;
  SpecialTokens special_;
  TokenId unk_ = kNoToken;
  std::array<TokenId, 256> byte_ids_{};      ///< of single bytes, byte-level spelled
  std::array<TokenId, 256> fallback_ids_{};  ///< of <0xHH>
  bool all_bytes_ = false;                   ///< byte-level, and every byte has a token
  /// By id. Relaxed: each value is a function of the vocabulary, whoever writes it.
  const std::unique_ptr<std::atomic<Whole>[]> whole_;
};

}  // namespace pith
