// Any bytes as a model's config.json and as the index of its shards: a clear error, or numbers that the code which
// builds networks from them may trust, and file names that stay in their folder.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/encoder_tensors.h"

namespace {

void check_error(const pith::Error& error) {
  PITH_CHECK(error.message.starts_with("fuzz"), error.message);
  PITH_CHECK(error.message.size() < 1000, error.message);
  PITH_CHECK(error.message.find('\n') == std::string::npos, error.message);
}

void check_config(const pith::EncoderConfig& config) {
  PITH_CHECK(config.n_layers > 0 && config.n_layers <= 1024, std::to_string(config.n_layers));
  PITH_CHECK(config.n_heads > 0 && config.hidden_size % config.n_heads == 0, std::to_string(config.n_heads));
  PITH_CHECK(config.max_sequence_tokens > 0 && config.max_sequence_tokens <= pith::kMaxSequenceTokens,
             std::to_string(config.max_sequence_tokens));
  PITH_CHECK(config.layer_norm_eps > 0 && config.layer_norm_eps <= 1, std::to_string(config.layer_norm_eps));
  PITH_CHECK(config.keep_label == 0 || config.keep_label == 1, std::to_string(config.keep_label));
  if (config.architecture == pith::Architecture::kModernBert) {
    const pith::ModernBertConfig& modern = config.modern;
    PITH_CHECK(config.n_positions == 0 && config.head_size() % 2 == 0, "");
    PITH_CHECK(modern.is_local_layer.size() == static_cast<std::size_t>(config.n_layers), "");
    PITH_CHECK(modern.local_reach_tokens >= 0, "");
    PITH_CHECK(modern.global_rope_theta > 0 && std::isfinite(modern.global_rope_theta), "");
    PITH_CHECK(modern.local_rope_theta > 0 && std::isfinite(modern.local_rope_theta), "");
  } else {
    PITH_CHECK(config.first_position + config.max_sequence_tokens <= config.n_positions, "");
    PITH_CHECK(!config.counts_positions_from_padding() || config.pad_token_id < config.n_positions, "");
  }
  for (const pith::EncoderTensor& tensor : pith::encoder_tensors(config)) {
    PITH_CHECK(!tensor.name.empty() && !tensor.shape.empty(), tensor.name);
    for (const std::int64_t d : tensor.shape) PITH_CHECK(d > 0, tensor.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto config = pith::parse_encoder_config(bytes, "fuzz")) {
    check_config(*config);
  } else {
    check_error(config.error());
  }
  if (const auto shards = pith::parse_shard_index(bytes, "fuzz")) {
    PITH_CHECK(!shards->empty(), "");
    for (const auto& [tensor, file] : *shards) {
      PITH_CHECK(file.find_first_of("/\\") == std::string::npos && file.front() != '.', file);
      PITH_CHECK(file.ends_with(".safetensors"), file);
    }
  } else {
    check_error(shards.error());
  }
  return 0;
}
