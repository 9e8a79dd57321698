// The first layer of BERT without its LayerNorm: word + position + token type 0, summed by our own code straight from
// the stored tables. Keeping the tables out of the compiled network saves their memory: of the 22 MB of MiniLM-L6 in
// int8, half is word vectors, of which a text touches a few thousand rows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/bert_config.h"
#include "model/weights.h"
#include "pith/result.h"

namespace pith {

/// Immutable and thread-safe.
class BertEmbeddings {
 public:
  /// Errors: kBadModel. `file` is kept alive.
  [[nodiscard]] static Result<BertEmbeddings> load(const BertConfig& config, std::shared_ptr<const SafeTensors> file);

  /// Writes out[t, :] for the first ids.size() rows and zeros for the rest. Shapes: out [n_rows, hidden_size] with
  /// n_rows >= ids.size(). REQUIRES: ids within the vocabulary, at most max_position_embeddings of them.
  void gather(std::span<const TokenId> ids, std::span<float> out) const;

 private:
  std::shared_ptr<const SafeTensors> file_;
  EmbeddingTable words_;
  std::vector<float> position_and_type_;  ///< [max_position_embeddings, hidden_size]: position + token type 0
};

}  // namespace pith
