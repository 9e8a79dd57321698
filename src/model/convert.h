// Rewrites a checkpoint for small files and fast loading: weight matrices as int8 with one scale per row.
#pragma once

#include <cstdint>
#include <string>

#include "pith/result.h"

namespace pith {

struct ConvertReport {
  std::int64_t n_tensors = 0;
  std::int64_t n_int8_tensors = 0;
  std::int64_t n_bytes_before = 0;  ///< of model.safetensors
  std::int64_t n_bytes_after = 0;
};

/// Writes to `out_dir` (created if needed) a model folder that computes what `model_dir` computes up to quantisation:
/// config.json and the tokenizer's files as they are, and model.safetensors with
/// - the encoder's weight matrices and the word embeddings as I8 with `<name>_scale` F32 (see weights.h);
/// - biases, LayerNorms, the classifier, position and token-type embeddings as F16 where they were 16 bits and F32
/// where
///   they were not: they are small, and the network adds them in f32;
/// - without tensors the network does not use (a pooler, position ids).
/// Loading the result with Precision::kInt8 gives bit for bit what loading `model_dir` with kInt8 gives, word
/// embeddings apart. Errors: as load_classifier() for `model_dir`; kIo when `out_dir` cannot be written;
/// kInvalidArgument when both are the same folder.
[[nodiscard]] Result<ConvertReport> convert_to_int8(const std::string& model_dir, const std::string& out_dir);

}  // namespace pith
