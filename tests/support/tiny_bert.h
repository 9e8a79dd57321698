// Tiny random BERT checkpoints, made from a seed when a test runs: small enough for a slow reference, odd enough (sizes
// that are no power of two) to catch swapped dimensions.
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

#include "model/bert_config.h"
#include "model/bert_tensors.h"
#include "model/safetensors.h"
#include "model/token_classifier.h"
#include "support/print_error.h"
#include "support/temp_dir.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// A tokenizer that has a size and nothing else, for classifiers that are fed ids.
class StubTokenizer final : public Tokenizer {
 public:
  explicit StubTokenizer(std::size_t vocab_size) : vocab_size_(vocab_size) {}
  void encode(std::string_view, Encoding*) const override {}
  [[nodiscard]] std::string_view piece(TokenId) const override { return {}; }
  [[nodiscard]] TokenId id_of(std::string_view) const override { return kNoToken; }
  [[nodiscard]] std::size_t vocab_size() const override { return vocab_size_; }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kWordPiece; }

 private:
  std::size_t vocab_size_;
  SpecialTokens special_;
};

struct TinyBertSpec {
  std::uint32_t seed = 1;
  std::int64_t n_layers = 2;
  std::int64_t hidden_size = 48;
  std::int64_t n_heads = 3;
  std::int64_t intermediate_size = 80;
  std::int64_t max_position_embeddings = 70;
  std::int64_t type_vocab_size = 2;
  std::int64_t vocab_size = 101;
  std::string hidden_act = "gelu";
  std::string id2label = R"({"0": "DISCARD", "1": "PRESERVE"})";
  Dtype dtype = Dtype::kF32;  ///< kF32, kF16 or kBF16
  bool has_prefix = true;     ///< "bert." before encoder tensors
};

[[nodiscard]] inline std::string tiny_config_json(const TinyBertSpec& spec) {
  return fmt::format(R"({{"model_type": "bert", "num_hidden_layers": {}, "hidden_size": {}, "num_attention_heads": {},
 "intermediate_size": {}, "max_position_embeddings": {}, "type_vocab_size": {}, "vocab_size": {},
 "layer_norm_eps": 1e-12, "hidden_act": "{}", "id2label": {}}})",
                     spec.n_layers, spec.hidden_size, spec.n_heads, spec.intermediate_size,
                     spec.max_position_embeddings, spec.type_vocab_size, spec.vocab_size, spec.hidden_act,
                     spec.id2label);
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
inline void write_tiny_bert(const std::string& dir, const TinyBertSpec& spec,
                            const std::function<void(TensorSpec*)>& change = {}) {
  std::filesystem::create_directories(dir);
  const std::string config_json = tiny_config_json(spec);
  write_text(dir + "/config.json", config_json);
  const auto config = parse_bert_config(config_json, "tiny config");
  if (!config) throw std::runtime_error(config.error().message);
  std::vector<TensorSpec> specs;
  for (const BertTensor& tensor : bert_tensors(*config)) {
    TensorSpec out{(spec.has_prefix && tensor.in_encoder ? "bert." : "") + tensor.name, spec.dtype, tensor.shape};
    if (change) change(&out);
    specs.push_back(out);
  }
  auto writer = SafeTensorsWriter::create(dir + "/model.safetensors", specs, {{"format", "pt"}});
  if (!writer) throw std::runtime_error(writer.error().message);
  std::mt19937 random(spec.seed);
  for (const TensorSpec& tensor : specs) {
    const bool is_norm = tensor.name.find("LayerNorm.weight") != std::string::npos;
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
