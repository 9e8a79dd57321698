// The CausalLm seam: a decoder that says how surprising each token is, given those before it. load_causal_lm.h makes
// one; engines live in subfolders (openvino/, llama/); tests have a fake.
//
//   auto nll = lm->score({.sequences = sequences});          // whole texts, many at once
//   auto session = lm->new_session();                        // or piece by piece, with what was read kept (KV cache)
//   (*session)->append(ids, &nll);
//   (*session)->truncate(100);                               // forget all but the first 100
//
// Likelihoods are natural: nll = -ln p(token | tokens before it), nats, >= 0. The first token of a text has none: NaN.
// Nobody ever holds the logits of a whole prompt: [n_tokens, vocabulary] floats are 1.6 GB for 8,000 tokens.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/token_classifier.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Texts to be scored, each by itself.
struct CausalBatch {
  TokenSequences sequences;  ///< `hidden` must be empty
  /// Per sequence the first token whose likelihood is wanted (those before it cost no vocabulary product and come back
  /// as NaN); empty: all of every sequence.
  std::vector<std::size_t> wanted_from{};
};

/// One text that is being read, and what the model remembers of it. Not thread-safe; several sessions of one model may
/// be used from several threads at once. What it computes depends on the calls made on it alone: not on other sessions
/// or the thread count.
class CausalSession {
 public:
  CausalSession() = default;
  CausalSession(const CausalSession&) = delete;
  CausalSession& operator=(const CausalSession&) = delete;
  virtual ~CausalSession() = default;

  /// Reads `ids` behind what is there. Appends the likelihood of each of them to `*nll` (the first token of an empty
  /// session: NaN); null: they are not wanted, which saves the vocabulary product. The likelihood of the first id needs
  /// the output of the token before it, which a session keeps of the last token it read; once that one is forgotten it
  /// is NaN. Errors: kInvalidArgument (an id the model has no row for, no room in max_context_tokens()), kCancelled,
  /// kInternal.
  [[nodiscard]] virtual Result<void> append(std::span<const TokenId> ids, std::vector<float>* nll,
                                            const ProgressCallback& progress = {}) = 0;

  /// Tokens that are remembered.
  [[nodiscard]] virtual std::size_t n_tokens() const = 0;

  /// Forgets all but the first `n_tokens` (at most n_tokens()).
  virtual Result<void> truncate(std::size_t n_tokens) = 0;

  /// What is left of positions when a stretch in the middle is forgotten.
  enum class Positions {
    kCloseUp,  ///< later tokens move to the front, as if they had been read there (keys are rotated back)
    kKeep,     ///< later tokens keep the phase they were read with; new ones are numbered from n_tokens() on (what the
               ///< published LLMLingua does when its cache is full)
  };
  /// Forgets tokens [begin, end) of what is remembered. The hidden states of later tokens stay as they were computed.
  /// Errors: kUnsupported for kKeep by an engine that cannot.
  virtual Result<void> remove(std::size_t begin, std::size_t end, Positions positions) = 0;

  /// A session that remembers the same; both go on independently.
  [[nodiscard]] virtual Result<std::unique_ptr<CausalSession>> fork() const = 0;
};

/// Immutable, shared, thread-safe.
class CausalLm {
 public:
  CausalLm() = default;
  CausalLm(const CausalLm&) = delete;
  CausalLm& operator=(const CausalLm&) = delete;
  virtual ~CausalLm() = default;

  /// The likelihood of every token of `batch.sequences`, same layout as its ids. Sequences are computed side by side;
  /// the result of each depends on it alone. Errors: as append(); a sequence longer than max_context_tokens() is
  /// kInvalidArgument.
  [[nodiscard]] virtual Result<std::vector<float>> score(const CausalBatch& batch,
                                                         const ProgressCallback& progress = {}) const = 0;

  /// An empty session. Errors: kTooLarge (no memory for it), kInternal.
  [[nodiscard]] virtual Result<std::unique_ptr<CausalSession>> new_session() const = 0;

  /// The tokenizer these ids belong to; lives as long as the model.
  [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;
  /// What the model's tokenizer puts in front of a text (<s>); kNoToken where it adds nothing (GPT-2, SmolLM2, Qwen).
  [[nodiscard]] virtual TokenId bos() const = 0;
  /// Tokens a session may remember at once: positions the model was trained on.
  [[nodiscard]] virtual std::size_t max_context_tokens() const = 0;
  /// One line for people: architecture, size, precision, engine.
  [[nodiscard]] virtual std::string description() const = 0;
  /// As TokenClassifier::arithmetic().
  [[nodiscard]] virtual std::string arithmetic() const { return description(); }
};

}  // namespace pith
