#include "model/encoder_tensors.h"

#include <utility>

namespace pith {
namespace {

/// Collects tensors in the order they are named.
class List {
 public:
  explicit List(const EncoderConfig& config) : config_(config) {}

  void add(const std::string& name, Shape shape, bool is_quantized = false) {
    tensors_.push_back({name, std::move(shape), in_encoder_, is_quantized});
  }
  void linear(const std::string& name, std::int64_t n_in, std::int64_t n_out, bool has_bias = true) {
    add(name + ".weight", {n_out, n_in}, true);
    if (has_bias) add(name + ".bias", {n_out});
  }
  void layer_norm(const std::string& name, bool has_bias = true) {
    add(name + ".weight", {config_.hidden_size});
    if (has_bias) add(name + ".bias", {config_.hidden_size});
  }
  void leave_encoder() { in_encoder_ = false; }

  [[nodiscard]] std::vector<EncoderTensor> take() { return std::move(tensors_); }

 private:
  const EncoderConfig& config_;
  std::vector<EncoderTensor> tensors_;
  bool in_encoder_ = true;
};

void add_post_norm_layer(const EncoderConfig& config, std::int64_t layer, List* list) {
  const std::int64_t h = config.hidden_size;
  const PostNormLayerNames names = post_norm_layer_names(config.architecture, layer);
  for (const std::string& name : {names.query, names.key, names.value, names.attention_out}) list->linear(name, h, h);
  list->layer_norm(names.attention_norm);
  list->linear(names.expand, h, config.intermediate_size);
  list->linear(names.contract, config.intermediate_size, h);
  list->layer_norm(names.output_norm);
}

void add_modernbert_layer(const EncoderConfig& config, std::int64_t layer, List* list) {
  const std::int64_t h = config.hidden_size;
  const ModernBertConfig& modern = config.modern;
  const ModernBertLayerNames names = modernbert_layer_names(layer);
  if (!names.attention_norm.empty()) list->layer_norm(names.attention_norm, modern.norm_bias);
  list->linear(names.qkv, h, 3 * h, modern.attention_bias);
  list->linear(names.attention_out, h, h, modern.attention_bias);
  list->layer_norm(names.mlp_norm, modern.norm_bias);
  list->linear(names.mlp_in, h, 2 * config.intermediate_size, modern.mlp_bias);
  list->linear(names.mlp_out, config.intermediate_size, h, modern.mlp_bias);
}

}  // namespace

std::string_view encoder_prefix(Architecture architecture) {
  switch (architecture) {
    case Architecture::kRoberta:
    case Architecture::kXlmRoberta:
      return "roberta.";
    case Architecture::kDistilBert:
      return "distilbert.";
    case Architecture::kModernBert:
      return "model.";
    case Architecture::kBert:
      break;
  }
  return "bert.";
}

std::string_view word_embeddings_name(Architecture architecture) {
  return architecture == Architecture::kModernBert ? "embeddings.tok_embeddings.weight"
                                                   : "embeddings.word_embeddings.weight";
}

std::string_view embeddings_norm_name(Architecture architecture) {
  return architecture == Architecture::kModernBert ? "embeddings.norm" : "embeddings.LayerNorm";
}

PostNormLayerNames post_norm_layer_names(Architecture architecture, std::int64_t layer) {
  if (architecture == Architecture::kDistilBert) {
    const std::string in = "transformer.layer." + std::to_string(layer) + ".";
    return {.query = in + "attention.q_lin",
            .key = in + "attention.k_lin",
            .value = in + "attention.v_lin",
            .attention_out = in + "attention.out_lin",
            .attention_norm = in + "sa_layer_norm",
            .expand = in + "ffn.lin1",
            .contract = in + "ffn.lin2",
            .output_norm = in + "output_layer_norm"};
  }
  const std::string in = "encoder.layer." + std::to_string(layer) + ".";
  return {.query = in + "attention.self.query",
          .key = in + "attention.self.key",
          .value = in + "attention.self.value",
          .attention_out = in + "attention.output.dense",
          .attention_norm = in + "attention.output.LayerNorm",
          .expand = in + "intermediate.dense",
          .contract = in + "output.dense",
          .output_norm = in + "output.LayerNorm"};
}

ModernBertLayerNames modernbert_layer_names(std::int64_t layer) {
  const std::string in = "layers." + std::to_string(layer) + ".";
  return {.attention_norm = layer == 0 ? "" : in + "attn_norm",
          .qkv = in + "attn.Wqkv",
          .attention_out = in + "attn.Wo",
          .mlp_norm = in + "mlp_norm",
          .mlp_in = in + "mlp.Wi",
          .mlp_out = in + "mlp.Wo"};
}

std::vector<EncoderTensor> encoder_tensors(const EncoderConfig& config) {
  const std::int64_t h = config.hidden_size;
  const bool is_modern = config.architecture == Architecture::kModernBert;
  List list(config);
  list.add(std::string(word_embeddings_name(config.architecture)), {config.vocab_size, h}, true);
  if (config.n_positions > 0) list.add("embeddings.position_embeddings.weight", {config.n_positions, h});
  if (config.type_vocab_size > 0) list.add("embeddings.token_type_embeddings.weight", {config.type_vocab_size, h});
  list.layer_norm(std::string(embeddings_norm_name(config.architecture)), !is_modern || config.modern.norm_bias);
  for (std::int64_t i = 0; i < config.n_layers; ++i) {
    is_modern ? add_modernbert_layer(config, i, &list) : add_post_norm_layer(config, i, &list);
  }
  if (is_modern) list.layer_norm("final_norm", config.modern.norm_bias);
  list.leave_encoder();
  if (config.task == EncoderTask::kTextEmbedder) return list.take();
  if (is_modern) {
    list.linear("head.dense", h, h, config.modern.classifier_bias);
    list.layer_norm("head.norm", config.modern.norm_bias);
  }
  list.add("classifier.weight", {2, h});
  list.add("classifier.bias", {2});
  return list.take();
}

}  // namespace pith
