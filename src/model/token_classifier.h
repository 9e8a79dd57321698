// The TokenClassifier seam: an encoder that gives each token the probability of being kept (LLMLingua-2, section 3.1 of
// the paper: softmax over {discard, preserve}). Engines live in subfolders (openvino/); tests have a fake.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Called as work completes, from one thread at a time: tokens done so far and in all. Return false to cancel.
using ProgressCallback = std::function<bool(std::size_t n_done_tokens, std::size_t n_total_tokens)>;

/// Sequences of token ids in compressed rows: sequence i is ids[begin[i] .. begin[i+1]).
/// Each sequence is what the model reads, special tokens included.
struct TokenSequences {
  std::vector<TokenId> ids;
  std::vector<std::size_t> begin{0};
  /// Indices into `ids`, ascending, of tokens that no token attends to; almost always empty. They keep their place, so
  /// position numbers do not change, and their own probability is unspecified. (The published library masks a [PAD]
  /// that stands in the user's text; reference mode needs the same.)
  std::vector<std::size_t> hidden;

  [[nodiscard]] std::size_t n_sequences() const { return begin.size() - 1; }
  [[nodiscard]] std::span<const TokenId> sequence(std::size_t i) const {
    return std::span(ids).subspan(begin[i], begin[i + 1] - begin[i]);
  }
  /// Closes the sequence made of the ids appended since the last call.
  void end_sequence() { begin.push_back(ids.size()); }
};

/// Immutable, shared, thread-safe: concurrent calls are allowed and do not change results.
class TokenClassifier {
 public:
  TokenClassifier() = default;
  TokenClassifier(const TokenClassifier&) = delete;
  TokenClassifier& operator=(const TokenClassifier&) = delete;
  virtual ~TokenClassifier() = default;

  /// Probability in [0, 1] of the keep label for every id of `sequences`, same layout as `sequences.ids`.
  /// A sequence's result depends on that sequence alone: not on its neighbours, the thread count or earlier calls.
  /// Errors: kInvalidArgument if a sequence is longer than max_sequence_tokens() or an id is not below
  /// n_embedding_rows(); kUnsupported if it has no way to hide tokens and some are to be hidden;
  /// kCancelled when `progress` returned false; kInternal if the engine throws.
  [[nodiscard]] virtual Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                                      const ProgressCallback& progress = {}) const = 0;

  /// The tokenizer these ids belong to; lives as long as the classifier.
  [[nodiscard]] virtual const Tokenizer& tokenizer() const = 0;
  /// Rows of the embedding table: ids below this are valid in a sequence. More than the vocabulary for checkpoints with
  /// rows of added tokens (LLMLingua-2's [NEW0]..[NEW99]).
  [[nodiscard]] virtual std::size_t n_embedding_rows() const { return tokenizer().vocab_size(); }
  /// Longest sequence, special tokens included (BERT: max_position_embeddings).
  [[nodiscard]] virtual std::size_t max_sequence_tokens() const = 0;
  /// One line for people: architecture, size, precision, engine.
  [[nodiscard]] virtual std::string description() const = 0;
  /// Everything beside the model's files that decides the numbers: engine and version, precision, device, CPU features;
  /// not the number of threads. Classifiers of one model with equal texts give equal bits.
  [[nodiscard]] virtual std::string arithmetic() const { return description(); }
};

}  // namespace pith
