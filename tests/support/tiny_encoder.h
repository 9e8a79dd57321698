// Tiny random checkpoints of every architecture, made from a seed when a test runs: small enough for a slow reference,
// odd enough (sizes that are no power of two) to catch swapped dimensions.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/encoder_config.h"
#include "model/encoder_tensors.h"
#include "model/safetensors.h"
#include "model/token_classifier.h"
#include "support/print_error.h"
#include "support/stub_tokenizer.h"
#include "support/temp_dir.h"
#include "tokenize/tokenizer.h"

namespace pith {

struct TinyEncoderSpec {
  std::uint32_t seed = 1;
  Architecture architecture = Architecture::kBert;
  std::int64_t n_layers = 2;
  std::int64_t hidden_size = 48;
  std::int64_t n_heads = 3;
  std::int64_t intermediate_size = 80;
  std::int64_t max_position_embeddings = 70;
  std::int64_t type_vocab_size = 2;  ///< of architectures that have token types
  std::int64_t vocab_size = 101;
  std::int64_t pad_token_id = 1;
  std::string activation = "gelu";
  std::string id2label = R"({"0": "DISCARD", "1": "PRESERVE"})";
  std::string more_fields;    ///< of config.json: R"("norm_bias": true, "local_attention": 16)"
  Dtype dtype = Dtype::kF32;  ///< kF32, kF16 or kBF16
  bool has_prefix = true;     ///< "bert." before encoder tensors
};

[[nodiscard]] inline std::string tiny_config_json(const TinyEncoderSpec& spec) {
  const bool is_distil = spec.architecture == Architecture::kDistilBert;
  const bool is_modern = spec.architecture == Architecture::kModernBert;
  std::string json = fmt::format(
      R"({{"model_type": "{}", "{}": {}, "{}": {}, "{}": {}, "{}": {}, "max_position_embeddings": {}, "vocab_size": {},
 "pad_token_id": {}, "{}": "{}", "id2label": {})",
      architecture_name(spec.architecture), is_distil ? "n_layers" : "num_hidden_layers", spec.n_layers,
      is_distil ? "dim" : "hidden_size", spec.hidden_size, is_distil ? "n_heads" : "num_attention_heads", spec.n_heads,
      is_distil ? "hidden_dim" : "intermediate_size", spec.intermediate_size, spec.max_position_embeddings,
      spec.vocab_size, spec.pad_token_id,
      is_distil   ? "activation"
      : is_modern ? "hidden_activation"
                  : "hidden_act",
      spec.activation, spec.id2label);
  if (!is_distil && !is_modern) {
    json += fmt::format(R"(, "type_vocab_size": {}, "layer_norm_eps": 1e-12)", spec.type_vocab_size);
  }
  if (!spec.more_fields.empty()) json += ", " + spec.more_fields;
  return json + "}";
}

/// Uniform in [-1, 1) with 24 bits; the same on every platform, unlike the standard distributions.
[[nodiscard]] inline float uniform(std::mt19937& random) {
  return static_cast<float>(random() >> 8) / static_cast<float>(1 << 23) - 1;
}

/// A value of `dtype` near `value`, as stored bytes.
inline void append_stored(float value, Dtype dtype, std::string* bytes) {
  const auto append = [&](const auto& stored) {
    bytes->append(reinterpret_cast<const char*>(&stored), sizeof(stored));
  };
  if (dtype == Dtype::kF32) return append(value);
  if (dtype == Dtype::kF16) return append(static_cast<_Float16>(value));
  if (dtype != Dtype::kBF16) throw std::logic_error("tiny models are F32, F16 or BF16");
  std::uint32_t bits = 0;
  static_assert(sizeof(bits) == sizeof(value));
  std::memcpy(&bits, &value, sizeof(bits));
  append(static_cast<std::uint16_t>(bits >> 16));  // cut rather than rounded: it is a random number anyway
}

/// Writes config.json and model.safetensors to `dir`. `change` may replace a tensor's spec and value before it is
/// written.
inline void write_tiny_encoder(const std::string& dir, const TinyEncoderSpec& spec,
                               const std::function<void(TensorSpec*)>& change = {}) {
  std::filesystem::create_directories(dir);
  const std::string config_json = tiny_config_json(spec);
  write_text(dir + "/config.json", config_json);
  const auto config = parse_encoder_config(config_json, "tiny config");
  if (!config) throw std::runtime_error(config.error().message);
  const auto prefix_of = [&](const EncoderTensor& tensor) {
    return std::string(spec.has_prefix && tensor.in_encoder ? encoder_prefix(spec.architecture) : "");
  };
  std::vector<TensorSpec> specs;
  for (const EncoderTensor& tensor : encoder_tensors(*config)) {
    TensorSpec out{prefix_of(tensor) + tensor.name, spec.dtype, tensor.shape};
    if (change) change(&out);
    specs.push_back(out);
  }
  auto writer = SafeTensorsWriter::create(dir + "/model.safetensors", specs, {{"format", "pt"}});
  if (!writer) throw std::runtime_error(writer.error().message);
  std::mt19937 random(spec.seed);
  for (const TensorSpec& tensor : specs) {
    const bool is_norm = tensor.name.ends_with("orm.weight");  // LayerNorm, sa_layer_norm, mlp_norm
    const float spread = tensor.name.find("classifier") != std::string::npos ? 0.6F : 0.2F;
    std::int64_t n = 1;
    for (const std::int64_t d : tensor.shape) n *= d;
    std::string bytes;
    for (std::int64_t i = 0; i < n; ++i) {
      append_stored((is_norm ? 1.0F : 0.0F) + spread * uniform(random), tensor.dtype, &bytes);
    }
    if (auto ok = writer->append(bytes); !ok) throw std::runtime_error(ok.error().message);
  }
  if (auto ok = writer->finish(); !ok) throw std::runtime_error(ok.error().message);
}

/// Sequences of the given lengths with random ids below `vocab_size`.
[[nodiscard]] inline TokenSequences random_sequences(std::span<const std::size_t> lengths, std::int64_t vocab_size,
                                                     std::uint32_t seed) {
  std::mt19937 random(seed);
  TokenSequences sequences;
  for (const std::size_t n : lengths) {
    for (std::size_t i = 0; i < n; ++i) {
      sequences.ids.push_back(static_cast<TokenId>(random() % static_cast<std::uint32_t>(vocab_size)));
    }
    sequences.end_sequence();
  }
  return sequences;
}

}  // namespace pith
