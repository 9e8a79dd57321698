// What EncoderEmbeddings does for a checkpoint, for a GGUF file: word + position + token type 0, summed by our own code
// straight from the stored tables, so that on a GPU as on a CPU only the rows that a text needs are ever read.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "model/encoder_config.h"
#include "model/llama/gguf_file.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Immutable and thread-safe.
class GgufEmbeddings {
 public:
  /// Errors: kBadModel, kUnsupported (a type of word vectors other than F32, F16, BF16, Q8_0). `file` is kept alive.
  [[nodiscard]] static Result<GgufEmbeddings> load(const EncoderConfig& config, std::shared_ptr<const GgufFile> file);

  /// Writes out[t, :] for the ids, and zeros for the rest. Shapes: out [n_rows, hidden_size], n_rows >= ids.size().
  /// REQUIRES: ids within the vocabulary, at most max_sequence_tokens of them. Errors: kIo.
  [[nodiscard]] Result<void> gather(std::span<const TokenId> ids, std::span<float> out) const;

 private:
  /// `stored` is a row of the table of words.
  void add_word(const char* stored, std::span<float> row) const;

  std::shared_ptr<const GgufFile> file_;
  const GgufTensor* words_ = nullptr;
  std::size_t n_cols_ = 0;
  std::size_t row_bytes_ = 0;             ///< of a stored word
  std::vector<float> position_and_type_;  ///< [max_sequence_tokens, hidden_size]; empty with rotary positions
  std::vector<float> padding_;            ///< [hidden_size]: padding's position + token type 0; RoBERTas only
  TokenId uncounted_id_ = kNoToken;       ///< the RoBERTas' padding
};

}  // namespace pith
