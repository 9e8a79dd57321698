// The TextEmbedder seam: a model that gives a text a direction, such that texts about the same thing point the same way
// (Reimers and Gurevych 2019, "Sentence-BERT", arXiv 1908.10084). load_embedder.h makes one; tests have a fake.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// Immutable, shared, thread-safe: concurrent calls are allowed and do not change results.
class TextEmbedder {
 public:
  TextEmbedder() = default;
  TextEmbedder(const TextEmbedder&) = delete;
  TextEmbedder& operator=(const TextEmbedder&) = delete;
  virtual ~TextEmbedder() = default;

  /// A vector of length 1 for each text, [n_texts, n_dims()]: the dot product of two is their cosine similarity. Of a
  /// text above max_tokens() the rest is not read. A text's vector depends on that text alone: not on its neighbours,
  /// the thread count or earlier calls. `progress` counts the tokens that are read.
  /// Errors: kBadModel (the network gives no numbers), kCancelled (`progress` returned false), kInternal (the engine
  /// threw).
  [[nodiscard]] virtual Result<std::vector<float>> embed(std::span<const std::string_view> texts,
                                                         const ProgressCallback& progress = {}) const = 0;

  [[nodiscard]] virtual std::size_t n_dims() const = 0;
  /// Tokens of a text that are read, special ones included.
  [[nodiscard]] virtual std::size_t max_tokens() const = 0;
  /// One line for people: architecture, size, precision, engine.
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace pith
