// Fakes of the causal seam: a byte tokenizer (optionally of pieces that split characters) and a model whose likelihoods
// are a pure function of the last tokens it remembers. No files, no threads, no engine. Keeps the contract to the
// letter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/causal_lm.h"

namespace pith {

/// GPT-2's habit in small: a token is up to three letters with the space in front of them, a digit, or any other single
/// byte; so characters beyond ASCII are split over tokens. Ids are assigned by content: 0..255 bytes, then hashed.
class FakeCausalTokenizer final : public Tokenizer {
 public:
  static constexpr TokenId kBos = 256;

  FakeCausalTokenizer() {
    for (int b = 0; b < 256; ++b) pieces_.emplace_back(1, static_cast<char>(b));
    pieces_.emplace_back("<s>");
    const std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    const auto add = [this](std::string piece) {
      ids_.emplace(piece, static_cast<TokenId>(pieces_.size()));
      pieces_.push_back(std::move(piece));
    };
    for (const std::string space : {"", " "}) {
      if (!space.empty()) {
        for (const char a : letters) add(space + a);
      }
      for (const char a : letters) {
        for (const char b : letters) add(space + a + b);
      }
    }
    for (int b = 0; b < 256; ++b) ids_.emplace(std::string(1, static_cast<char>(b)), b);
  }

  void encode(std::string_view text, Encoding* out) const override {
    for (std::size_t i = 0; i < text.size();) {
      std::size_t n = std::min<std::size_t>(3, text.size() - i);
      while (n > 1 && !ids_.contains(std::string(text.substr(i, n)))) --n;
      out->ids.push_back(ids_.at(std::string(text.substr(i, n))));
      out->spans.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + n)});
      i += n;
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
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kByteLevelBpe; }

 private:
  std::vector<std::string> pieces_;
  std::unordered_map<std::string, TokenId> ids_;
  SpecialTokens special_{.cls = kBos};
};

/// A fixed pseudo-random likelihood in (0, 8) from a token and the two before it.
[[nodiscard]] inline float fake_nll(std::span<const TokenId> text, std::size_t i) {
  std::uint64_t x = (static_cast<std::uint64_t>(text[i]) + 1) * 0x9E3779B97F4A7C15U;
  if (i > 0) x += (static_cast<std::uint64_t>(text[i - 1]) + 1) * 0xC2B2AE3D27D4EB4FU;
  if (i > 1) x += (static_cast<std::uint64_t>(text[i - 2]) + 1) * 0x165667B19E3779F9U;
  x ^= x >> 31;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 29;
  return 8 * (static_cast<float>(x >> 40) + 0.5F) / static_cast<float>(1 << 24);
}

struct FakeCausalOptions {
  std::size_t max_context_tokens = 4096;
  bool has_bos = false;
  /// The likelihood of text[i], i > 0, given what the session remembers before it.
  std::function<float(std::span<const TokenId> text, std::size_t i)> nll = fake_nll;
  std::shared_ptr<const Tokenizer> tokenizer = std::make_shared<FakeCausalTokenizer>();
};

class FakeCausalLm final : public CausalLm {
 public:
  explicit FakeCausalLm(FakeCausalOptions options = {}) : options_(std::move(options)) {}

  [[nodiscard]] Result<std::vector<float>> score(const CausalBatch& batch,
                                                 const ProgressCallback& progress = {}) const override {
    std::vector<float> all;
    for (std::size_t s = 0; s < batch.sequences.n_sequences(); ++s) {
      Session session(options_, &n_read_);
      std::vector<float> one;
      if (auto ok = session.append(batch.sequences.sequence(s), &one, {}); !ok) return tl::unexpected(ok.error());
      const std::size_t wanted = batch.wanted_from.empty() ? 0 : batch.wanted_from[s];
      std::fill_n(one.begin(), std::min(wanted, one.size()), std::numeric_limits<float>::quiet_NaN());
      all.insert(all.end(), one.begin(), one.end());
      if (progress && !progress(all.size(), batch.sequences.ids.size()))
        return fail(ErrorCode::kCancelled, "cancelled");
    }
    return all;
  }
  [[nodiscard]] Result<std::unique_ptr<CausalSession>> new_session() const override {
    return std::make_unique<Session>(options_, &n_read_);
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return *options_.tokenizer; }
  [[nodiscard]] TokenId bos() const override {
    return options_.has_bos ? options_.tokenizer->special_tokens().cls : kNoToken;
  }
  [[nodiscard]] std::size_t max_context_tokens() const override { return options_.max_context_tokens; }
  [[nodiscard]] std::string description() const override { return "fake causal language model"; }

  /// Tokens read so far by all sessions (not thread-safe).
  [[nodiscard]] std::size_t n_read_tokens() const { return n_read_; }

 private:
  class Session final : public CausalSession {
   public:
    Session(const FakeCausalOptions& options, std::size_t* n_read) : options_(options), n_read_(n_read) {}

    Result<void> append(std::span<const TokenId> ids, std::vector<float>* nll,
                        const ProgressCallback& progress) override {
      if (text_.size() + ids.size() > options_.max_context_tokens) {
        return fail(ErrorCode::kInvalidArgument, "no room for so many tokens");
      }
      for (const TokenId id : ids) {
        if (id < 0 || static_cast<std::size_t>(id) >= options_.tokenizer->vocab_size()) {
          return fail(ErrorCode::kInvalidArgument, "no token " + std::to_string(id));
        }
      }
      const std::size_t n_before = text_.size();
      text_.insert(text_.end(), ids.begin(), ids.end());
      *n_read_ += ids.size();
      for (std::size_t i = n_before; nll != nullptr && i < text_.size(); ++i) {
        const bool is_known = i > 0 && (i > n_before || has_last_output_);
        nll->push_back(is_known ? options_.nll(text_, i) : std::numeric_limits<float>::quiet_NaN());
      }
      if (!ids.empty()) has_last_output_ = true;
      if (progress && !progress(ids.size(), ids.size())) return fail(ErrorCode::kCancelled, "cancelled");
      return {};
    }
    [[nodiscard]] std::size_t n_tokens() const override { return text_.size(); }
    Result<void> truncate(std::size_t n_tokens) override {
      if (n_tokens > text_.size()) return fail(ErrorCode::kInvalidArgument, "fewer tokens are remembered");
      has_last_output_ = has_last_output_ && n_tokens == text_.size();
      text_.resize(n_tokens);
      return {};
    }
    Result<void> remove(std::size_t begin, std::size_t end, Positions /*positions*/) override {
      if (begin > end || end > text_.size()) return fail(ErrorCode::kInvalidArgument, "no such range");
      has_last_output_ = has_last_output_ && end < text_.size();
      text_.erase(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.begin() + static_cast<std::ptrdiff_t>(end));
      return {};
    }
    [[nodiscard]] Result<std::unique_ptr<CausalSession>> fork() const override {
      auto copy = std::make_unique<Session>(options_, n_read_);
      copy->text_ = text_;
      copy->has_last_output_ = has_last_output_;
      return copy;
    }

   private:
    const FakeCausalOptions& options_;
    std::size_t* n_read_;
    std::vector<TokenId> text_;
    bool has_last_output_ = false;
  };

  FakeCausalOptions options_;
  mutable std::size_t n_read_ = 0;
};

}  // namespace pith
