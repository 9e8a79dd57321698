// What the graphs of all encoders are made of: linear maps with weights of the asked precision, LayerNorms,
// activations, attention. Every part reads its weights when it is built and gives their pages back.
#pragma once

#include <cstdint>
#include <memory>
#include <openvino/core/node.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/encoder_config.h"
#include "model/weights.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

using GraphNode = ov::Output<ov::Node>;

/// A new operation's only output.
template <class Operation, class... Args>
[[nodiscard]] GraphNode make_node(Args&&... args) {
  return std::make_shared<Operation>(std::forward<Args>(args)...)->output(0);
}

[[nodiscard]] GraphNode constant_f32(const ov::Shape& shape, std::vector<float>&& values);
[[nodiscard]] GraphNode constant_i64(const std::vector<std::int64_t>& values);
/// A scalar.
[[nodiscard]] GraphNode constant_i64(std::int64_t value);

/// Low enough that exp() of it is 0 beside any real score, finite so that no NaN can arise.
inline constexpr float kMaskedScore = -1e30F;

/// Builds parts from a checkpoint's weights. Errors: kBadModel (a missing or misshapen tensor). OpenVINO's exceptions
/// pass through. States are f32 [1, T, hidden_size] unless said otherwise.
class GraphParts {
 public:
  /// Keeps `checkpoint` alive where the graph views it. `config` must outlive the parts.
  GraphParts(const EncoderConfig& config, std::shared_ptr<const Checkpoint> checkpoint, Precision precision)
      : config_(config),
        checkpoint_(std::move(checkpoint)),
        reader_(*checkpoint_, config.architecture),
        precision_(precision) {}

  [[nodiscard]] const EncoderConfig& config() const { return config_; }
  /// The stored name of an encoder tensor.
  [[nodiscard]] std::string encoder(std::string_view name) const { return reader_.encoder(name); }

  /// in W^T (+ b): [1, T, n_in] to [1, T, n_out]; W = `<name>.weight` [n_out, n_in], b = `<name>.bias`.
  /// kInt8 keeps W as int8 with one scale per output channel; where it is stored as such it is used where it lies.
  [[nodiscard]] Result<GraphNode> linear(const GraphNode& in, const std::string& name, std::int64_t n_in,
                                         std::int64_t n_out, bool has_bias = true) const;
  /// The same in float32, for maps too small to gain anything.
  [[nodiscard]] Result<GraphNode> linear_f32(const GraphNode& in, const std::string& name, std::int64_t n_in,
                                             std::int64_t n_out) const;
  /// Over the last dimension, with `<name>.weight` and `<name>.bias`.
  [[nodiscard]] Result<GraphNode> layer_norm(const GraphNode& in, const std::string& name, bool has_bias = true) const;

  /// [1, T, hidden_size] to [1, heads, T, head_size].
  [[nodiscard]] GraphNode split_heads(const GraphNode& in) const;
  /// softmax(q k^T / sqrt(head_size) + mask) v with the heads put side by side again. q, k, v: [1, heads, T,
  /// head_size]; mask: added to the scores, broadcast to [1, heads, T, T]. Spelled out: measured slightly faster on
  /// CPUs than the ScaledDotProductAttention operation, which the CPU plugin does not fuse as well for f32.
  [[nodiscard]] GraphNode attention(const GraphNode& q, const GraphNode& k, const GraphNode& v,
                                    const GraphNode& mask) const;

 private:
  [[nodiscard]] Result<GraphNode> linear_as(Precision precision, const GraphNode& in, const std::string& name,
                                            std::int64_t n_in, std::int64_t n_out, bool has_bias) const;
  [[nodiscard]] Result<GraphNode> weight(Precision precision, const std::string& name, std::int64_t n_in,
                                         std::int64_t n_out) const;
  [[nodiscard]] Result<GraphNode> half_weight(Precision precision, const std::string& name,
                                              const ov::Shape& shape) const;
  /// A constant that is read where it lies in the checkpoint.
  [[nodiscard]] GraphNode view_of(const ov::element::Type& type, const ov::Shape& shape, std::string_view bytes) const;

  const EncoderConfig& config_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  WeightReader reader_;
  Precision precision_;
};

[[nodiscard]] GraphNode activate(const GraphNode& in, Activation activation);

}  // namespace pith
