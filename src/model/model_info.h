// What `pith models show` says of a model, whatever kind of file it is read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/encoder_config.h"

namespace pith {

/// What only causal models have.
struct CausalInfo {
  std::int64_t n_kv_heads = 0;
  std::string quantization;          ///< "Q4_K_M", as the file calls itself
  std::uint64_t kv_cache_bytes = 0;  ///< CausalMemory of a session with a full context
  std::uint64_t scratch_bytes = 0;
};

/// What a model folder or GGUF file holds, from its configuration and the header of its weights.
struct ModelInfo {
  std::string dir;
  std::string architecture;  ///< "bert", "xlm-roberta", ...
  std::int64_t n_layers = 0;
  std::int64_t hidden_size = 0;
  std::int64_t n_heads = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t vocab_size = 0;
  std::int64_t max_sequence_tokens = 0;
  std::int64_t n_parameters = 0;
  std::int64_t n_weight_bytes = 0;   ///< size of model.safetensors, or of all shards
  std::string storage;               ///< "I8, F16", most bytes first
  std::string keep_label;            ///< "PRESERVE (1)"; "" of causal models
  std::optional<CausalInfo> causal;  ///< there for causal models
};

/// "I8, F16" for bytes by type.
[[nodiscard]] std::string storage_text(const std::map<std::string, std::size_t>& bytes_by_type);

/// The fields that the configuration and the weights' types decide; the two counts are the caller's.
[[nodiscard]] ModelInfo model_info(const std::string& dir, const EncoderConfig& config,
                                   const std::map<std::string, std::size_t>& bytes_by_type);

}  // namespace pith
