#include "model/openvino/modernbert_block.h"

#include <cmath>
#include <openvino/opsets/opset13.hpp>
#include <utility>

#include "model/encoder_tensors.h"

namespace pith {
namespace {

namespace op = ov::opset13;

GraphNode axis(std::int64_t value) { return constant_i64(std::vector<std::int64_t>{value}); }

ModernBertSurroundings::Rotation rotation(const GraphNode& positions, double theta, std::int64_t head_size) {
  const GraphNode frequencies =
      constant_f32({1, static_cast<std::size_t>(head_size / 2)}, rotary_frequencies(theta, head_size));
  const GraphNode half = make_node<op::Multiply>(make_node<op::Unsqueeze>(positions, axis(1)), frequencies);
  const GraphNode angles = make_node<op::Concat>(ov::OutputVector{half, half}, 1);
  return {make_node<op::Cos>(angles), make_node<op::Sin>(angles)};
}

/// x cos + [-second half, first half] sin, for x [1, heads, T, head_size].
GraphNode rotate(const GraphNode& x, const ModernBertSurroundings::Rotation& by, std::int64_t head_size) {
  const GraphNode step = axis(1);
  const GraphNode last = axis(3);
  const GraphNode first = make_node<op::Slice>(x, axis(0), axis(head_size / 2), step, last);
  const GraphNode second = make_node<op::Slice>(x, axis(head_size / 2), axis(head_size), step, last);
  const GraphNode turned = make_node<op::Concat>(ov::OutputVector{make_node<op::Negative>(second), first}, 3);
  return make_node<op::Add>(make_node<op::Multiply>(x, by.cos), make_node<op::Multiply>(turned, by.sin));
}

Result<GraphNode> attention(const GraphParts& parts, const GraphNode& in, const ModernBertSurroundings& around,
                            const ModernBertLayerNames& names, bool is_local) {
  const EncoderConfig& config = parts.config();
  const std::int64_t h = config.hidden_size;
  auto qkv = parts.linear(in, parts.encoder(names.qkv), h, 3 * h, config.modern.attention_bias);
  if (!qkv) return qkv;
  const auto part = [&](std::int64_t i) {
    return parts.split_heads(make_node<op::Slice>(*qkv, axis(i * h), axis((i + 1) * h), axis(1), axis(2)));
  };
  const auto& by = is_local ? around.local_rotation : around.global_rotation;
  const GraphNode mixed =
      parts.attention(rotate(part(0), by, config.head_size()), rotate(part(1), by, config.head_size()), part(2),
                      is_local ? around.local_mask : around.global_mask);
  return parts.linear(mixed, parts.encoder(names.attention_out), h, h, config.modern.attention_bias);
}

Result<GraphNode> gated_network(const GraphParts& parts, const GraphNode& in, const ModernBertLayerNames& names) {
  const EncoderConfig& config = parts.config();
  const std::int64_t h = config.hidden_size;
  const std::int64_t n = config.intermediate_size;
  const bool has_bias = config.modern.mlp_bias;
  auto both = parts.linear(in, parts.encoder(names.mlp_in), h, 2 * n, has_bias);
  if (!both) return both;
  const GraphNode inner = make_node<op::Slice>(*both, axis(0), axis(n), axis(1), axis(2));
  const GraphNode gate = make_node<op::Slice>(*both, axis(n), axis(2 * n), axis(1), axis(2));
  const GraphNode gated = make_node<op::Multiply>(activate(inner, config.activation), gate);
  return parts.linear(gated, parts.encoder(names.mlp_out), n, h, has_bias);
}

}  // namespace

std::vector<float> rotary_frequencies(double theta, std::int64_t head_size) {
  std::vector<float> frequencies;
  for (std::int64_t i = 0; i < head_size; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(head_size);
    frequencies.push_back(1.0F / std::pow(static_cast<float>(theta), exponent));
  }
  return frequencies;
}

ModernBertSurroundings modernbert_surroundings(const EncoderConfig& config, const GraphNode& embedded,
                                               const GraphNode& mask) {
  const GraphNode n_tokens = make_node<op::Squeeze>(
      make_node<op::Gather>(make_node<op::ShapeOf>(embedded), axis(1), constant_i64(std::int64_t{0})));
  const GraphNode positions =
      make_node<op::Range>(constant_i64(std::int64_t{0}), n_tokens, constant_i64(std::int64_t{1}), ov::element::f32);
  const GraphNode distance = make_node<op::Abs>(make_node<op::Subtract>(make_node<op::Unsqueeze>(positions, axis(1)),
                                                                        make_node<op::Unsqueeze>(positions, axis(0))));
  const GraphNode is_far =
      make_node<op::Greater>(distance, constant_f32({}, {static_cast<float>(config.modern.local_reach_tokens)}));
  const GraphNode far = make_node<op::Select>(is_far, constant_f32({}, {kMaskedScore}), constant_f32({}, {0.0F}));
  return {.global_rotation = rotation(positions, config.modern.global_rope_theta, config.head_size()),
          .local_rotation = rotation(positions, config.modern.local_rope_theta, config.head_size()),
          .global_mask = mask,
          .local_mask = make_node<op::Minimum>(mask, far)};
}

Result<GraphNode> modernbert_block(const GraphParts& parts, const GraphNode& in, const ModernBertSurroundings& around,
                                   std::int64_t layer) {
  const ModernBertConfig& modern = parts.config().modern;
  const ModernBertLayerNames names = modernbert_layer_names(layer);
  Result<GraphNode> normed = in;
  if (!names.attention_norm.empty()) {
    normed = parts.layer_norm(in, parts.encoder(names.attention_norm), modern.norm_bias);
  }
  if (!normed) return normed;
  auto attended = attention(parts, *normed, around, names, modern.is_local_layer[static_cast<std::size_t>(layer)]);
  if (!attended) return attended;
  const GraphNode middle = make_node<op::Add>(in, *attended);
  normed = parts.layer_norm(middle, parts.encoder(names.mlp_norm), modern.norm_bias);
  if (!normed) return normed;
  auto gated = gated_network(parts, *normed, names);
  if (!gated) return gated;
  return make_node<op::Add>(middle, *gated);
}

}  // namespace pith
