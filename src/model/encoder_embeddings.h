// The first layer of an encoder without its LayerNorm: word + position + token type 0, as far as the architecture has
// them, summed by our own code straight from the stored tables. Keeping the tables out of the compiled network saves
// their memory: of the 22 MB of MiniLM-L6 in int8 half is word vectors, of the 2.2 GB of XLM-R-large 1 GB, and a text
// touches a few thousand rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/weights.h"
#include "pith/result.h"

namespace pith {

/// Immutable and thread-safe.
class EncoderEmbeddings {
 public:
  /// Errors: kBadModel. `checkpoint` is kept alive.
  [[nodiscard]] static Result<EncoderEmbeddings> load(const EncoderConfig& config,
                                                      std::shared_ptr<const Checkpoint> checkpoint);

  /// Writes out[t, :] for the first ids.size() rows and zeros for the rest. Shapes: out [n_rows, hidden_size] with
  /// n_rows >= ids.size(). REQUIRES: ids within the vocabulary, at most max_sequence_tokens of them. Errors: kIo (the
  /// file cannot be read any more).
  [[nodiscard]] Result<void> gather(std::span<const TokenId> ids, std::span<float> out) const;

 private:
  std::shared_ptr<const Checkpoint> checkpoint_;
  EmbeddingTable words_;
  std::vector<float> position_and_type_;  ///< [n_positions, hidden_size]: position + token type 0; empty if rotary
  std::size_t first_position_ = 0;
  TokenId uncounted_id_ = kNoToken;  ///< the RoBERTas' padding, whose position is its id
};

}  // namespace pith
