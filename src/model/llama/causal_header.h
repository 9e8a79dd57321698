// What the header of a causal model's GGUF file says, checked: what llama.cpp computes sizes from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/llama/gguf_file.h"
#include "model/load_causal_lm.h"
#include "pith/result.h"

namespace pith {

struct CausalHeader {
  std::string architecture;  ///< "llama", "qwen2", "qwen3" or "gpt2"
  // All > 0; n_kv_heads divides n_heads.
  std::uint64_t n_layers = 0, hidden_size = 0, n_heads = 0, n_kv_heads = 0, head_size = 0, context_length = 0;
  std::uint64_t n_vocab = 0;  ///< rows of the table of embeddings

  /// Of one micro-batch: few where the vocabulary is large, as each may have a row of logits.
  [[nodiscard]] std::size_t n_batch_tokens() const;
  /// What was asked for, at most what the model was trained on; 0 asks for all of it.
  [[nodiscard]] std::size_t n_context_tokens(std::size_t asked) const;
};

/// Errors: kBadModel (keys missing, of another type, or that do not fit each other), kUnsupported (another
/// architecture, an encoder of Pith's).
[[nodiscard]] Result<CausalHeader> read_causal_header(const GgufFile& file);

/// Whether a file holds a causal model that Pith can read the header of: it has a vocabulary for texts, an architecture
/// that is known, and is no encoder of Pith's.
[[nodiscard]] bool is_causal_gguf(const GgufFile& file);

/// An estimate of what the model takes with a session of `max_context_tokens` (as n_context_tokens()).
[[nodiscard]] CausalMemory causal_memory(const GgufFile& file, const CausalHeader& header,
                                         std::size_t max_context_tokens);

/// How the file calls its quantisation ("Q4_K_M"), by general.file_type; "" where it does not say, or says what is not
/// known.
[[nodiscard]] std::string quantization_name(const GgufFile& file);

}  // namespace pith
