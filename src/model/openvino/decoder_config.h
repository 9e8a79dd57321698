// What the header of a GGUF file says of a decoder that Pith's own graph computes: architectures llama (SmolLM, Llama),
// qwen2 and qwen3, all pre-norm transformers with RMSNorm, rotary positions, grouped keys and values, and a gated SiLU.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/llama/gguf_file.h"
#include "pith/result.h"

namespace pith {

struct DecoderConfig {
  std::string architecture;
  std::string name;  ///< of the model, for people; may be empty
  std::int64_t n_layers = 0;
  std::int64_t hidden_size = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t n_heads = 0;
  std::int64_t n_kv_heads = 0;  ///< divides n_heads
  std::int64_t head_size = 0;   ///< even
  std::int64_t n_vocab = 0;
  std::size_t context_tokens = 0;
  double norm_eps = 0;
  /// Rows of the files' query and key matrices are in the order of interleaved rotation.
  bool interleaved = false;
  bool head_norm = false;               ///< queries and keys are normalised per head (qwen3)
  bool query_bias = false;              ///< query, key and value maps have a bias (qwen2)
  bool tied = false;                    ///< the vocabulary's matrix is the embeddings'
  std::vector<double> angle_per_token;  ///< [head_size / 2], radians
};

/// Checks that the tensors are there, of the right shapes and readable types, so that the graph can be built without
/// asking again. Errors: kBadModel (missing or impossible values, tensors that are missing or misshapen); kUnsupported
/// (an architecture, key or tensor that is not known: it would change the result).
[[nodiscard]] Result<DecoderConfig> read_decoder_config(const GgufFile& file);

}  // namespace pith
