// Byte-pair encoding as SentencePiece does it (Llama 2, Mistral, TinyLlama): spaces become visible, and of all
// neighbours whose joint spelling is a token those of the highest score are joined, the leftmost among equals.
//
//   "Hello world"  ->  ▁Hello ▁world
//
// Nothing cuts the text first. A character without a token becomes the tokens <0xHH> of its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/tokenizer.h"
#include "tokenize/vocabulary.h"

namespace pith {

/// What a file says of its vocabulary; by id, all of one length.
struct SentencePieceBpeParts {
  std::span<const std::string_view> tokens;
  std::span<const float> scores;
  std::span<const TokenId> byte_ids;     ///< of <0x00> ... <0xFF>: 256
  std::span<const TokenId> control_ids;  ///< tokens that text never spells, beside the bytes
  bool add_space_prefix = true;          ///< whether a text begins with a space that is not there
  SpecialTokens special{};
};

/// Immutable, thread-safe; see the Tokenizer seam for what it promises. Time O(n log n).
///
/// Spans: the space that is put before a text has the bytes of the text's first character, and every <0xHH> those of
/// its whole character.
class SentencePieceBpe final : public Tokenizer {
 public:
  /// `name` begins the message of errors. Errors: kBadModel (lengths that differ, ids out of range, scores that are not
  /// finite), kTooLarge.
  [[nodiscard]] static Result<std::unique_ptr<SentencePieceBpe>> create(const SentencePieceBpeParts& parts,
                                                                        const std::string& name);

  void encode(std::string_view text, Encoding* out) const override;
  [[nodiscard]] std::string_view piece(TokenId id) const override { return vocabulary_.piece(id); }
  void append_bytes(TokenId id, std::string* out) const override;
  [[nodiscard]] TokenId id_of(std::string_view piece) const override { return vocabulary_.id_of(piece); }
  [[nodiscard]] std::size_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  /// Its words carry their visible space, as Unigram's do.
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kUnigram; }

 private:
  struct Marked;
  struct Pairs;

  SentencePieceBpe(Vocabulary vocabulary, const SentencePieceBpeParts& parts);
  [[nodiscard]] Marked mark_spaces(std::string_view text) const;
  /// The token spelled so that text may spell, or kNoToken.
  [[nodiscard]] TokenId token_of(std::string_view spelling) const;

  const Vocabulary vocabulary_;
  std::vector<std::uint32_t> ranks_;  ///< by id: the place of its score among all, the highest first
  std::array<TokenId, 256> byte_ids_{};
  std::size_t longest_piece_ = 0;  ///< bytes
  bool add_space_prefix_;
  SpecialTokens special_;
};

}  // namespace pith
