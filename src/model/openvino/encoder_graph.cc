#include "model/openvino/encoder_graph.h"

#include <openvino/opsets/opset13.hpp>
#include <string>

#include "model/encoder_tensors.h"
#include "model/openvino/modernbert_block.h"
#include "model/openvino/post_norm_block.h"

namespace pith {
namespace {

namespace op = ov::opset13;

Result<GraphNode> post_norm_layers(const GraphParts& parts, const GraphNode& in, const GraphNode& mask) {
  Result<GraphNode> state = in;
  for (std::int64_t i = 0; state && i < parts.config().n_layers; ++i) state = post_norm_block(parts, *state, mask, i);
  return state;
}

Result<GraphNode> modernbert_layers(const GraphParts& parts, const GraphNode& in, const GraphNode& mask) {
  const EncoderConfig& config = parts.config();
  const ModernBertSurroundings around = modernbert_surroundings(config, in, mask);
  Result<GraphNode> state = in;
  for (std::int64_t i = 0; state && i < config.n_layers; ++i) state = modernbert_block(parts, *state, around, i);
  if (state) state = parts.layer_norm(*state, parts.encoder("final_norm"), config.modern.norm_bias);
  return state;
}

/// The part of ModernBERT's classifier that comes before the labels.
Result<GraphNode> modernbert_head(const GraphParts& parts, const GraphNode& in) {
  const EncoderConfig& config = parts.config();
  const std::int64_t h = config.hidden_size;
  Result<GraphNode> state = parts.linear(in, "head.dense", h, h, config.modern.classifier_bias);
  if (state) {
    state =
        parts.layer_norm(activate(*state, config.modern.classifier_activation), "head.norm", config.modern.norm_bias);
  }
  return state;
}

}  // namespace

Result<std::shared_ptr<ov::Model>> build_encoder_graph(const EncoderConfig& config,
                                                       const std::shared_ptr<const Checkpoint>& checkpoint,
                                                       Precision precision) {
  const GraphParts parts(config, checkpoint, precision);
  const std::int64_t h = config.hidden_size;
  const bool is_modern = config.architecture == Architecture::kModernBert;
  const auto embedded = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, -1, h});
  const auto mask = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, 1, 1, -1});
  auto state = parts.layer_norm(embedded, parts.encoder(embeddings_norm_name(config.architecture)),
                                !is_modern || config.modern.norm_bias);
  if (state) state = is_modern ? modernbert_layers(parts, *state, mask) : post_norm_layers(parts, *state, mask);
  if (config.task == EncoderTask::kTokenClassifier) {
    if (state && is_modern) state = modernbert_head(parts, *state);
    if (state) state = parts.linear_f32(*state, "classifier", h, 2);
    if (state) state = make_node<op::Softmax>(*state, 2);
  }
  if (!state) return tl::unexpected(state.error());
  return std::make_shared<ov::Model>(ov::OutputVector{*state}, ov::ParameterVector{embedded, mask},
                                     std::string(architecture_name(config.architecture)));
}

}  // namespace pith
