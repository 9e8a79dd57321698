#include "model/openvino/post_norm_block.h"

#include <openvino/opsets/opset13.hpp>
#include <string>

#include "model/encoder_tensors.h"

namespace pith {
namespace {

namespace op = ov::opset13;

/// [1, heads, T, head_size] of a linear map of the state.
Result<GraphNode> heads(const GraphParts& parts, const GraphNode& in, const std::string& name) {
  const std::int64_t h = parts.config().hidden_size;
  auto mapped = parts.linear(in, parts.encoder(name), h, h);
  if (!mapped) return mapped;
  return parts.split_heads(*mapped);
}

}  // namespace

Result<GraphNode> post_norm_block(const GraphParts& parts, const GraphNode& in, const GraphNode& mask,
                                  std::int64_t layer) {
  const EncoderConfig& config = parts.config();
  const std::int64_t h = config.hidden_size;
  const PostNormLayerNames names = post_norm_layer_names(config.architecture, layer);
  auto q = heads(parts, in, names.query);
  if (!q) return q;
  auto k = heads(parts, in, names.key);
  if (!k) return k;
  auto v = heads(parts, in, names.value);
  if (!v) return v;
  auto attended = parts.linear(parts.attention(*q, *k, *v, mask), parts.encoder(names.attention_out), h, h);
  if (!attended) return attended;
  auto middle = parts.layer_norm(make_node<op::Add>(in, *attended), parts.encoder(names.attention_norm));
  if (!middle) return middle;
  auto expanded = parts.linear(*middle, parts.encoder(names.expand), h, config.intermediate_size);
  if (!expanded) return expanded;
  auto contracted =
      parts.linear(activate(*expanded, config.activation), parts.encoder(names.contract), config.intermediate_size, h);
  if (!contracted) return contracted;
  return parts.layer_norm(make_node<op::Add>(*middle, *contracted), parts.encoder(names.output_norm));
}

}  // namespace pith
