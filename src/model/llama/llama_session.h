// One text that llama.cpp is reading: a context with one sequence. Used by llama_causal_lm.cc.
#pragma once

#include <llama.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/causal_lm.h"
#include "model/llama/ggml_runtime.h"

namespace pith {

using LlamaModel = std::unique_ptr<llama_model, FreeWith<llama_model_free>>;
using LlamaContext = std::unique_ptr<llama_context, FreeWith<llama_free>>;

/// What sessions of one model share.
struct LlamaShared {
  LlamaModel model;
  std::size_t n_vocab = 0;
  std::size_t max_context_tokens = 0;
  std::size_t n_batch_tokens = 0;  ///< of a micro-batch; a function of the model alone
  int n_threads = 1;
  bool on_gpu = false;
};

/// -ln of the softmax of `logits` at `target`; REQUIRES target < logits.size().
[[nodiscard]] float negative_log_softmax(std::span<const float> logits, std::size_t target);

/// Begins with room for few tokens and moves to larger contexts as it needs them: a context's cache is touched as a
/// whole when it is made.
class LlamaSession final : public CausalSession {
 public:
  /// With room for `n_room` tokens. Errors: kTooLarge.
  [[nodiscard]] static Result<std::unique_ptr<LlamaSession>> make(std::shared_ptr<const LlamaShared> shared,
                                                                  std::size_t n_room);

  [[nodiscard]] Result<void> append(std::span<const TokenId> ids, std::vector<float>* nll,
                                    const ProgressCallback& progress) override;
  /// The same, with likelihoods from ids[wanted_from] on and NaN before. nll may not be null.
  [[nodiscard]] Result<void> append_from(std::span<const TokenId> ids, std::size_t wanted_from, std::vector<float>* nll,
                                         const ProgressCallback& progress);
  [[nodiscard]] std::size_t n_tokens() const override { return n_tokens_; }
  Result<void> truncate(std::size_t n_tokens) override;
  Result<void> remove(std::size_t begin, std::size_t end, Positions positions) override;
  [[nodiscard]] Result<std::unique_ptr<CausalSession>> fork() const override;

 private:
  explicit LlamaSession(std::shared_ptr<const LlamaShared> shared) : shared_(std::move(shared)) {}
  [[nodiscard]] Result<LlamaContext> make_context(std::size_t n_room) const;
  /// A context of `n_room` tokens that remembers the same.
  [[nodiscard]] Result<LlamaContext> copy_context(std::size_t n_room) const;
  [[nodiscard]] Result<void> make_room(std::size_t n_tokens);
  /// Rotates the keys that remove() has moved, which llama.cpp does when it next decodes; a copy made before would
  /// not have them rotated.
  [[nodiscard]] Result<void> settle();
  [[nodiscard]] Result<void> decode(std::span<const TokenId> ids, std::size_t first_output);

  std::shared_ptr<const LlamaShared> shared_;
  LlamaContext context_;
  std::size_t n_room_ = 0;
  std::size_t n_tokens_ = 0;
  std::vector<float> last_logits_;  ///< behind the last token; empty when that is forgotten
};

}  // namespace pith
