#include "model/bert_tensors.h"

#include <cstdint>
#include <string_view>

namespace pith {

std::vector<BertTensor> bert_tensors(const BertConfig& config) {
  const std::int64_t h = config.hidden_size;
  std::vector<BertTensor> tensors;
  const auto add = [&](std::string name, Shape shape, bool is_quantized = false) {
    tensors.push_back({.name = std::move(name), .shape = std::move(shape), .is_quantized = is_quantized});
  };
  const auto linear = [&](const std::string& name, std::int64_t n_in, std::int64_t n_out) {
    add(name + ".weight", {n_out, n_in}, true);
    add(name + ".bias", {n_out});
  };
  const auto layer_norm = [&](const std::string& name) {
    add(name + ".weight", {h});
    add(name + ".bias", {h});
  };
  add("embeddings.word_embeddings.weight", {config.vocab_size, h}, true);
  add("embeddings.position_embeddings.weight", {config.max_position_embeddings, h});
  add("embeddings.token_type_embeddings.weight", {config.type_vocab_size, h});
  layer_norm("embeddings.LayerNorm");
  for (std::int64_t i = 0; i < config.n_layers; ++i) {
    const std::string layer = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"}) linear(layer + "attention.self." + part, h, h);
    linear(layer + "attention.output.dense", h, h);
    layer_norm(layer + "attention.output.LayerNorm");
    linear(layer + "intermediate.dense", h, config.intermediate_size);
    linear(layer + "output.dense", config.intermediate_size, h);
    layer_norm(layer + "output.LayerNorm");
  }
  tensors.push_back({.name = "classifier.weight", .shape = {2, h}, .in_encoder = false});
  tensors.push_back({.name = "classifier.bias", .shape = {2}, .in_encoder = false});
  return tensors;
}

}  // namespace pith
