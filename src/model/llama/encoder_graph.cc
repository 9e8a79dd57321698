#include "model/llama/encoder_graph.h"

#include <fmt/format.h>

#include <cmath>

namespace pith {
namespace {

constexpr std::size_t kNodesPerLayer = 64;  // 46 at most: ModernBERT with every bias
constexpr std::size_t kOtherNodes = 64;

/// GELU by its tanh formula, on contiguous tensors, as one task. ggml's own looks it up in a table of float16 values.
void gelu_tanh_rows(ggml_tensor* out, const ggml_tensor* in, int /*task*/, int /*n_tasks*/, void* /*user_data*/) {
  constexpr float kSqrt2OverPi = 0.7978845608F;
  const auto n = static_cast<std::size_t>(ggml_nelements(in));
  const auto* x = static_cast<const float*>(in->data);
  auto* y = static_cast<float*>(out->data);
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = 0.5F * x[i] * (1.0F + std::tanh(kSqrt2OverPi * x[i] * (1.0F + 0.044715F * x[i] * x[i])));
  }
}

class Builder {
 public:
  Builder(const EncoderConfig& config, const WeightOf& weight, const EncoderGraphShape& shape, bool on_cpu,
          ggml_context* context)
      : config_(config), weight_(weight), shape_(shape), on_cpu_(on_cpu), context_(context) {}

  EncoderGraph build() {
    const bool is_modern = config_.architecture == Architecture::kModernBert;
    graph_.graph = ggml_new_graph_custom(context_, encoder_graph_nodes(config_), false);
    graph_.embedded =
        input(ggml_new_tensor_3d(context_, GGML_TYPE_F32, config_.hidden_size, shape_.n_tokens, shape_.n_sequences));
    if (shape_.is_masked) graph_.global_mask = input(new_mask());
    if (is_modern) {
      graph_.local_mask = input(new_mask());
      graph_.positions = input(ggml_new_tensor_1d(context_, GGML_TYPE_I32, shape_.n_tokens));
    }
    ggml_tensor* state = norm(graph_.embedded, "token_embd_norm", !is_modern || config_.modern.norm_bias);
    for (std::int64_t i = 0; i < config_.n_layers; ++i) {
      const std::string block = fmt::format("blk.{}.", i);
      state = is_modern ? modern_layer(state, block, i) : post_norm_layer(state, block);
    }
    if (is_modern) state = modern_head(state);
    graph_.probabilities = ggml_soft_max(context_, linear(state, "cls.output", true));
    ggml_set_output(graph_.probabilities);
    ggml_build_forward_expand(graph_.graph, graph_.probabilities);
    return graph_;
  }

 private:
  [[nodiscard]] ggml_tensor* input(ggml_tensor* tensor) const {
    ggml_set_input(tensor);
    // What nothing reads is not allocated; the local mask of a model without local layers, say.
    ggml_build_forward_expand(graph_.graph, tensor);
    return tensor;
  }
  [[nodiscard]] ggml_tensor* new_mask() const {
    return ggml_new_tensor_4d(context_, GGML_TYPE_F32, shape_.n_tokens, shape_.n_tokens, 1, shape_.n_sequences);
  }

  [[nodiscard]] ggml_tensor* with_bias(ggml_tensor* in, const std::string& name, bool has_bias) const {
    return has_bias ? ggml_add(context_, in, weight_(name + ".bias")) : in;
  }
  /// [n_in, T, S] to [n_out, T, S].
  [[nodiscard]] ggml_tensor* linear(ggml_tensor* in, const std::string& name, bool has_bias) const {
    return with_bias(ggml_mul_mat(context_, weight_(name + ".weight"), in), name, has_bias);
  }
  [[nodiscard]] ggml_tensor* norm(ggml_tensor* in, const std::string& name, bool has_bias) const {
    ggml_tensor* normed = ggml_norm(context_, in, static_cast<float>(config_.layer_norm_eps));
    return with_bias(ggml_mul(context_, normed, weight_(name + ".weight")), name, has_bias);
  }

  [[nodiscard]] ggml_tensor* activate(ggml_tensor* in, Activation activation) const {
    switch (activation) {
      case Activation::kRelu:
        return ggml_relu(context_, in);
      case Activation::kSilu:
        return ggml_silu(context_, in);
      case Activation::kGeluTanh:
        return on_cpu_ ? ggml_map_custom1(context_, in, gelu_tanh_rows, 1, nullptr) : ggml_gelu(context_, in);
      case Activation::kGelu:
        break;
    }
    return ggml_gelu_erf(context_, in);
  }

  /// [hidden, T, S] to [head_size, heads, T, S].
  [[nodiscard]] ggml_tensor* split_heads(ggml_tensor* in) const {
    return ggml_reshape_4d(context_, in, config_.head_size(), config_.n_heads, shape_.n_tokens, shape_.n_sequences);
  }

  /// softmax(q k^T / sqrt(head_size) + mask) v, heads side by side again. In: [head_size, heads, T, S].
  [[nodiscard]] ggml_tensor* attention(ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, ggml_tensor* mask) const {
    // [head_size, T, heads, S]; q contiguous, without which ggml's fast products on CPUs are not taken.
    q = ggml_cont(context_, ggml_permute(context_, q, 0, 2, 1, 3));
    k = ggml_permute(context_, k, 0, 2, 1, 3);
    v = ggml_cont(context_, ggml_permute(context_, v, 1, 2, 0, 3));  // [T, head_size, heads, S]
    ggml_tensor* scores = ggml_mul_mat(context_, k, q);              // [T keys, T queries, heads, S]
    ggml_prec_set_acc(scores, GGML_PREC_F32);
    const float scale = 1.0F / std::sqrt(static_cast<float>(config_.head_size()));
    scores = ggml_soft_max_ext(context_, scores, mask, scale, 0);
    ggml_tensor* mixed = ggml_mul_mat(context_, v, scores);  // [head_size, T, heads, S]
    mixed = ggml_cont(context_, ggml_permute(context_, mixed, 0, 2, 1, 3));
    return ggml_reshape_3d(context_, mixed, config_.hidden_size, shape_.n_tokens, shape_.n_sequences);
  }

  [[nodiscard]] ggml_tensor* post_norm_layer(ggml_tensor* in, const std::string& block) const {
    ggml_tensor* q = split_heads(linear(in, block + "attn_q", true));
    ggml_tensor* k = split_heads(linear(in, block + "attn_k", true));
    ggml_tensor* v = split_heads(linear(in, block + "attn_v", true));
    ggml_tensor* attended = linear(attention(q, k, v, graph_.global_mask), block + "attn_output", true);
    ggml_tensor* middle = norm(ggml_add(context_, attended, in), block + "attn_output_norm", true);
    ggml_tensor* expanded = activate(linear(middle, block + "ffn_up", true), config_.activation);
    ggml_tensor* contracted = linear(expanded, block + "ffn_down", true);
    return norm(ggml_add(context_, contracted, middle), block + "layer_output_norm", true);
  }

  /// Query, key or value out of [3 hidden, T, S], as [head_size, heads, T, S].
  [[nodiscard]] ggml_tensor* part_of_qkv(ggml_tensor* qkv, std::size_t part) const {
    const std::size_t head_bytes = static_cast<std::size_t>(config_.head_size()) * sizeof(float);
    const std::size_t part_bytes = static_cast<std::size_t>(config_.hidden_size) * sizeof(float);
    return ggml_view_4d(context_, qkv, config_.head_size(), config_.n_heads, shape_.n_tokens, shape_.n_sequences,
                        head_bytes, qkv->nb[1], qkv->nb[2], part * part_bytes);
  }

  [[nodiscard]] ggml_tensor* rotate(ggml_tensor* in, double theta) const {
    return ggml_rope_ext(context_, in, graph_.positions, nullptr, static_cast<int>(config_.head_size()),
                         GGML_ROPE_TYPE_NEOX, 0, static_cast<float>(theta), 1, 0, 1, 0, 0);
  }

  /// act(first half) * second half of [2 intermediate, T, S].
  [[nodiscard]] ggml_tensor* gate(ggml_tensor* in) const {
    switch (config_.activation) {
      case Activation::kRelu:
        return ggml_reglu(context_, in);
      case Activation::kSilu:
        return ggml_swiglu(context_, in);
      case Activation::kGelu:
        return ggml_geglu_erf(context_, in);
      case Activation::kGeluTanh:
        break;
    }
    if (!on_cpu_) return ggml_geglu(context_, in);
    const auto half = [&](std::size_t which) {
      return ggml_view_3d(context_, in, config_.intermediate_size, shape_.n_tokens, shape_.n_sequences, in->nb[1],
                          in->nb[2], which * static_cast<std::size_t>(config_.intermediate_size) * sizeof(float));
    };
    return ggml_mul(context_, activate(ggml_cont(context_, half(0)), config_.activation), half(1));
  }

  [[nodiscard]] ggml_tensor* modern_layer(ggml_tensor* in, const std::string& block, std::int64_t i) const {
    const ModernBertConfig& modern = config_.modern;
    const bool is_local = modern.is_local_layer[static_cast<std::size_t>(i)];
    const double theta = is_local ? modern.local_rope_theta : modern.global_rope_theta;
    ggml_tensor* normed = i == 0 ? in : norm(in, block + "attn_norm", modern.norm_bias);
    ggml_tensor* qkv = linear(normed, block + "attn_qkv", modern.attention_bias);
    ggml_tensor* mixed = attention(rotate(part_of_qkv(qkv, 0), theta), rotate(part_of_qkv(qkv, 1), theta),
                                   part_of_qkv(qkv, 2), is_local ? graph_.local_mask : graph_.global_mask);
    ggml_tensor* attended = linear(mixed, block + "attn_output", modern.attention_bias);
    ggml_tensor* middle = ggml_add(context_, attended, in);
    ggml_tensor* gated =
        gate(linear(norm(middle, block + "ffn_norm", modern.norm_bias), block + "ffn_up", modern.mlp_bias));
    return ggml_add(context_, linear(gated, block + "ffn_down", modern.mlp_bias), middle);
  }

  [[nodiscard]] ggml_tensor* modern_head(ggml_tensor* in) const {
    const ModernBertConfig& modern = config_.modern;
    ggml_tensor* state = norm(in, "output_norm", modern.norm_bias);
    state = activate(linear(state, "cls", modern.classifier_bias), modern.classifier_activation);
    return norm(state, "cls.norm", modern.norm_bias);
  }

  const EncoderConfig& config_;
  const WeightOf& weight_;
  const EncoderGraphShape shape_;
  const bool on_cpu_;
  ggml_context* context_;
  EncoderGraph graph_;
};

}  // namespace

std::size_t encoder_graph_nodes(const EncoderConfig& config) {
  return kOtherNodes + kNodesPerLayer * static_cast<std::size_t>(config.n_layers);
}

std::size_t encoder_graph_bytes(const EncoderConfig& config) {
  const std::size_t n_nodes = encoder_graph_nodes(config);
  return n_nodes * ggml_tensor_overhead() + ggml_graph_overhead_custom(n_nodes, false);
}

EncoderGraph build_encoder_graph(const EncoderConfig& config, const WeightOf& weight, const EncoderGraphShape& shape,
                                 bool on_cpu, ggml_context* context) {
  return Builder(config, weight, shape, on_cpu, context).build();
}

}  // namespace pith
