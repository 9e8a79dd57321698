// Fakes of the two model seams for tests of the layers above: a tokenizer with a tiny closed vocabulary and a
// classifier whose probabilities are a pure function of the sequence. No files, no threads, no engine.
//
//   pith::FakeClassifier classifier;                        // pseudo-random but fixed probabilities
//   pith::FakeClassifier shorter({.max_sequence_tokens = 16});
//   pith::FakeClassifier digits({.score = [](auto ids, std::size_t i) { return ids[i] > 9 ? 1.F : 0.F; }});
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/token_classifier.h"

namespace pith {

/// A WordPiece look-alike: ASCII letters are lower-cased; a run of letters and digits is cut into pairs, the first
/// piece `ab`, later ones `##ab`; any other ASCII graphic character is a token of its own; a character beyond ASCII is
/// one of 64 bucket pieces `<00>` .. `<63>` (a stray byte of invalid UTF-8 too); white space and controls give nothing.
class FakeTokenizer final : public Tokenizer {
 public:
  FakeTokenizer() {
    for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) add(special);
    for (char c = '!'; c <= '~'; ++c) {
      if (!is_word(c) && !is_upper(c)) add(std::string(1, c));
    }
    for (int bucket = 0; bucket < 64; ++bucket) {
      add({'<', static_cast<char>('0' + bucket / 10), static_cast<char>('0' + bucket % 10), '>'});
    }
    const std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const std::string prefix : {"", "##"}) {
      for (const char a : alphabet) add(prefix + a);
      for (const char a : alphabet) {
        for (const char b : alphabet) add(prefix + a + b);
      }
    }
  }

  void encode(std::string_view text, Encoding* out) const override {
    std::size_t i = 0;
    while (i < text.size()) {
      const std::size_t begin = i;
      const auto byte = static_cast<unsigned char>(text[i]);
      if (is_word(lower(text[i]))) {
        std::size_t word_end = i;
        while (word_end < text.size() && is_word(lower(text[word_end]))) ++word_end;
        for (; i < word_end; i = std::min(i + 2, word_end)) {
          std::string piece = i == begin ? "" : "##";
          for (std::size_t j = i; j < std::min(i + 2, word_end); ++j) piece += lower(text[j]);
          push(id_of(piece), i, std::min(i + 2, word_end), out);
        }
      } else if (byte >= 0x80) {
        const std::size_t n_most = byte < 0xC2 || byte > 0xF4 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        std::uint32_t hash = byte;
        for (++i; i < std::min(begin + n_most, text.size()) && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
             ++i) {
          hash = hash * 31 + static_cast<unsigned char>(text[i]);
        }
        push(first_bucket() + static_cast<TokenId>(hash % 64), begin, i, out);
      } else {
        ++i;
        if (byte > ' ' && byte < 0x7F) push(id_of(text.substr(begin, 1)), begin, i, out);
      }
    }
  }

  [[nodiscard]] std::string_view piece(TokenId id) const override {
    return id >= 0 && static_cast<std::size_t>(id) < pieces_.size() ? pieces_[static_cast<std::size_t>(id)]
                                                                    : std::string_view();
  }
  [[nodiscard]] TokenId id_of(std::string_view piece) const override {
    const auto found = ids_.find(std::string(piece));
    return found == ids_.end() ? kNoToken : found->second;
  }
  [[nodiscard]] std::size_t vocab_size() const override { return pieces_.size(); }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kWordPiece; }

 private:
  static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
  static char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
  static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
  [[nodiscard]] TokenId first_bucket() const { return id_of("<00>"); }

  void add(const std::string& piece) {
    ids_.emplace(piece, static_cast<TokenId>(pieces_.size()));
    pieces_.push_back(piece);
  }
  static void push(TokenId id, std::size_t begin, std::size_t end, Encoding* out) {
    out->ids.push_back(id);
    out->spans.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, TokenId> ids_;
  SpecialTokens special_{.cls = 2, .sep = 3, .pad = 0, .unk = 1, .mask = 4};
};

/// A fixed pseudo-random number in [0, 1) made from a token and its two neighbours, so that a token's probability
/// depends on its context (as a real model's does) and on nothing else.
[[nodiscard]] inline float fake_keep_probability(std::span<const TokenId> sequence, std::size_t i) {
  const auto at = [&](std::size_t j) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(sequence[j])) + 1;
  };
  std::uint64_t x = at(i) * 0x9E3779B97F4A7C15U;
  if (i > 0) x += at(i - 1) * 0xC2B2AE3D27D4EB4FU;
  if (i + 1 < sequence.size()) x += at(i + 1) * 0x165667B19E3779F9U;
  x ^= x >> 31;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 29;
  return static_cast<float>(x >> 40) / static_cast<float>(1 << 24);
}

struct FakeClassifierOptions {
  std::size_t max_sequence_tokens = 512;
  /// Keep-probability of token `i` of `sequence`; called once per token, from the calling thread.
  std::function<float(std::span<const TokenId> sequence, std::size_t i)> score = fake_keep_probability;
  std::shared_ptr<const Tokenizer> tokenizer = std::make_shared<FakeTokenizer>();
};

/// Keeps the seam's contract to the letter: refuses what the seam refuses, reports progress after each sequence.
class FakeClassifier final : public TokenClassifier {
 public:
  explicit FakeClassifier(FakeClassifierOptions options = {}) : options_(std::move(options)) {}

  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback& progress = {}) const override {
    const auto vocab_size = static_cast<TokenId>(options_.tokenizer->vocab_size());
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      if (sequences.sequence(s).size() > options_.max_sequence_tokens) {
        return fail(ErrorCode::kInvalidArgument, "sequence " + std::to_string(s) + " is too long");
      }
      for (const TokenId id : sequences.sequence(s)) {
        if (id < 0 || id >= vocab_size) return fail(ErrorCode::kInvalidArgument, "no token " + std::to_string(id));
      }
    }
    std::vector<float> probabilities;
    probabilities.reserve(sequences.ids.size());
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      const auto sequence = sequences.sequence(s);
      for (std::size_t i = 0; i < sequence.size(); ++i) probabilities.push_back(options_.score(sequence, i));
      if (progress && !progress(probabilities.size(), sequences.ids.size())) {
        return fail(ErrorCode::kCancelled, "cancelled");
      }
    }
    return probabilities;
  }

  [[nodiscard]] const Tokenizer& tokenizer() const override { return *options_.tokenizer; }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return options_.max_sequence_tokens; }
  [[nodiscard]] std::string description() const override { return "fake token classifier"; }

 private:
  FakeClassifierOptions options_;
};

}  // namespace pith
