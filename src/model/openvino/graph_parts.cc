#include "model/openvino/graph_parts.h"

#include <cmath>
#include <openvino/opsets/opset13.hpp>

namespace pith {
namespace {

namespace op = ov::opset13;

/// Marks a conversion of weights that is not to be folded into a float32 constant before the weights are packed. The
/// name is the one that the attribute has in OpenVINO's model files; the class behind it is not in the public headers.
constexpr const char* kDecompression = "decompression_0";

/// A constant that owns its values.
template <class T>
GraphNode constant_of(const ov::element::Type& type, const ov::Shape& shape, std::vector<T>&& values) {
  auto kept = std::make_shared<std::vector<T>>(std::move(values));
  const void* data = kept->data();
  return make_node<op::Constant>(type, shape, data, std::move(kept));
}

}  // namespace

GraphNode constant_f32(const ov::Shape& shape, std::vector<float>&& values) {
  return constant_of(ov::element::f32, shape, std::move(values));
}

GraphNode constant_i64(const std::vector<std::int64_t>& values) {
  return make_node<op::Constant>(ov::element::i64, ov::Shape{values.size()}, values);
}

GraphNode constant_i64(std::int64_t value) {
  return make_node<op::Constant>(ov::element::i64, ov::Shape{}, std::vector<std::int64_t>{value});
}

Result<GraphNode> GraphParts::linear(const GraphNode& in, const std::string& name, std::int64_t n_in,
                                     std::int64_t n_out, bool has_bias) const {
  return linear_as(precision_, in, name, n_in, n_out, has_bias);
}

Result<GraphNode> GraphParts::linear_f32(const GraphNode& in, const std::string& name, std::int64_t n_in,
                                         std::int64_t n_out) const {
  return linear_as(Precision::kF32, in, name, n_in, n_out, true);
}

Result<GraphNode> GraphParts::linear_as(Precision precision, const GraphNode& in, const std::string& name,
                                        std::int64_t n_in, std::int64_t n_out, bool has_bias) const {
  auto w = weight(precision, name + ".weight", n_in, n_out);
  if (!w) return w;
  const GraphNode mapped = make_node<op::MatMul>(in, *w, false, true);
  if (!has_bias) return mapped;
  auto bias = reader_.values(name + ".bias", {n_out});
  if (!bias) return tl::unexpected(bias.error());
  return make_node<op::Add>(mapped, constant_f32({1, 1, static_cast<std::size_t>(n_out)}, std::move(*bias)));
}

Result<GraphNode> GraphParts::weight(Precision precision, const std::string& name, std::int64_t n_in,
                                     std::int64_t n_out) const {
  const ov::Shape shape{static_cast<std::size_t>(n_out), static_cast<std::size_t>(n_in)};
  if (precision == Precision::kF32) {
    auto values = reader_.values(name, {n_out, n_in});
    if (!values) return tl::unexpected(values.error());
    reader_.drop(name);
    return constant_f32(shape, std::move(*values));
  }
  if (precision != Precision::kInt8) return half_weight(precision, name, shape);
  auto matrix = reader_.int8_matrix(name, n_out, n_in);
  if (!matrix) return tl::unexpected(matrix.error());
  const GraphNode scales = constant_f32({shape[0], 1}, std::move(matrix->scales));
  GraphNode stored;
  if (matrix->storage.empty()) {  // int8 in the file: read when it is packed
    const auto* bytes = reinterpret_cast<const char*>(matrix->values.data());
    stored = view_of(ov::element::i8, shape, {bytes, matrix->values.size()});
  } else {
    reader_.drop(name);
    stored = constant_of(ov::element::i8, shape, std::move(matrix->storage));
  }
  return make_node<op::Multiply>(make_node<op::Convert>(stored, ov::element::f32), scales);
}

Result<GraphNode> GraphParts::half_weight(Precision precision, const std::string& name, const ov::Shape& shape) const {
  const bool is_f16 = precision == Precision::kF16;
  auto matrix = reader_.half_matrix(name, static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1]),
                                    is_f16 ? Dtype::kF16 : Dtype::kBF16);
  if (!matrix) return tl::unexpected(matrix.error());
  reader_.drop(name);
  const ov::element::Type type = is_f16 ? ov::element::f16 : ov::element::bf16;
  const GraphNode stored = matrix->storage.empty() ? view_of(type, shape, matrix->bytes)
                                                   : constant_of(type, shape, std::move(matrix->storage));
  const auto wide = std::make_shared<op::Convert>(stored, ov::element::f32);
  wide->get_rt_info()[kDecompression] = true;
  return wide->output(0);
}

GraphNode GraphParts::view_of(const ov::element::Type& type, const ov::Shape& shape, std::string_view bytes) const {
  return make_node<op::Constant>(type, shape, bytes.data(), std::const_pointer_cast<Checkpoint>(checkpoint_));
}

Result<GraphNode> GraphParts::layer_norm(const GraphNode& in, const std::string& name, bool has_bias) const {
  auto weight = reader_.values(name + ".weight", {config_.hidden_size});
  if (!weight) return tl::unexpected(weight.error());
  const ov::Shape shape{1, 1, weight->size()};
  const GraphNode normal =
      make_node<op::MVN>(in, constant_i64(std::vector<std::int64_t>{-1}), true,
                         static_cast<float>(config_.layer_norm_eps), ov::op::MVNEpsMode::INSIDE_SQRT);
  const GraphNode scaled = make_node<op::Multiply>(normal, constant_f32(shape, std::move(*weight)));
  if (!has_bias) return scaled;
  auto bias = reader_.values(name + ".bias", {config_.hidden_size});
  if (!bias) return tl::unexpected(bias.error());
  return make_node<op::Add>(scaled, constant_f32(shape, std::move(*bias)));
}

GraphNode GraphParts::split_heads(const GraphNode& in) const {
  const GraphNode split = make_node<op::Reshape>(in, constant_i64({0, 0, config_.n_heads, config_.head_size()}), true);
  return make_node<op::Transpose>(split, constant_i64({0, 2, 1, 3}));
}

GraphNode GraphParts::attention(const GraphNode& q, const GraphNode& k, const GraphNode& v,
                                const GraphNode& mask) const {
  const float scale = 1.0F / std::sqrt(static_cast<float>(config_.head_size()));
  const GraphNode scaled = make_node<op::Multiply>(q, constant_f32({}, {scale}));
  const GraphNode scores = make_node<op::Add>(make_node<op::MatMul>(scaled, k, false, true), mask);
  const GraphNode mixed = make_node<op::MatMul>(make_node<op::Softmax>(scores, 3), v, false, false);
  return make_node<op::Reshape>(make_node<op::Transpose>(mixed, constant_i64({0, 2, 1, 3})),
                                constant_i64({0, 0, config_.hidden_size}), true);
}

GraphNode activate(const GraphNode& in, Activation activation) {
  switch (activation) {
    case Activation::kGeluTanh:
      return make_node<op::Gelu>(in, ov::op::GeluApproximationMode::TANH);
    case Activation::kRelu:
      return make_node<op::Relu>(in);
    case Activation::kSilu:
      return make_node<op::Swish>(in);
    case Activation::kGelu:
      break;
  }
  return make_node<op::Gelu>(in, ov::op::GeluApproximationMode::ERF);
}

}  // namespace pith
