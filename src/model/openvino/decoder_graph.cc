#include "model/openvino/decoder_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <openvino/opsets/opset13.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/llama/gguf_weights.h"
#include "model/openvino/graph_parts.h"
#include "model/weights.h"

namespace pith {
namespace {

namespace op = ov::opset13;

using Values = std::vector<float>;

std::size_t to_size(std::int64_t n) { return static_cast<std::size_t>(n); }

/// Rows of heads in interleaved order (x0, y0, x1, y1, ...) put into halves (x0, x1, ..., y0, y1, ...), so that one
/// rotation serves all. `n_cols`: values of a row.
Values in_halves(const Values& rows, std::int64_t head_size, std::size_t n_cols) {
  const std::size_t d = to_size(head_size);
  Values out(rows.size());
  for (std::size_t r = 0; r < rows.size() / n_cols; ++r) {
    const std::size_t head = r / d * d;
    const std::size_t within = r % d;
    const std::size_t from = head + (within < d / 2 ? 2 * within : 2 * (within - d / 2) + 1);
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(from * n_cols), n_cols,
                out.begin() + static_cast<std::ptrdiff_t>(r * n_cols));
  }
  return out;
}

class DecoderParts {
 public:
  DecoderParts(const DecoderConfig& config, const GgufFile& file, Precision precision)
      : config_(config), file_(file), precision_(precision) {}

  [[nodiscard]] Result<Values> values(const std::string& name) const {
    return read_gguf_values(file_, *file_.find_tensor(name));
  }

  /// in W^T, W [n_out, n_in].
  [[nodiscard]] GraphNode linear(const GraphNode& in, Values&& w, std::int64_t n_in) const {
    const std::size_t n_cols = to_size(n_in);
    const ov::Shape shape{w.size() / n_cols, n_cols};
    if (precision_ == Precision::kF32) {
      return make_node<op::MatMul>(in, constant_f32(shape, std::move(w)), false, true);
    }
    const std::size_t block = n_cols % to_size(kInt8Block) == 0 ? to_size(kInt8Block) : n_cols;
    const ov::Shape blocks{shape[0], n_cols / block, block};
    Int8Matrix matrix =
        quantize_rows(w, static_cast<std::int64_t>(blocks[0] * blocks[1]), static_cast<std::int64_t>(block));
    const GraphNode stored = make_node<op::Constant>(ov::element::i8, blocks, matrix.storage);
    const GraphNode scaled = make_node<op::Multiply>(make_node<op::Convert>(stored, ov::element::f32),
                                                     constant_f32({blocks[0], blocks[1], 1}, std::move(matrix.scales)));
    const GraphNode weight =
        make_node<op::Reshape>(scaled, constant_i64({static_cast<std::int64_t>(shape[0]), n_in}), false);
    return make_node<op::MatMul>(in, weight, false, true);
  }

  [[nodiscard]] Result<GraphNode> linear(const GraphNode& in, const std::string& name, std::int64_t n_in) const {
    auto w = values(name);
    if (!w) return tl::unexpected(w.error());
    return linear(in, std::move(*w), n_in);
  }

  /// x / sqrt(mean(x^2) + eps) * weight over the last dimension, in the form that the plugin knows as one operation.
  [[nodiscard]] Result<GraphNode> rms_norm(const GraphNode& in, const std::string& name) const {
    auto weight = values(name);
    if (!weight) return tl::unexpected(weight.error());
    const ov::Shape shape{weight->size()};
    const GraphNode squares = make_node<op::Power>(in, constant_f32({}, {2}));
    const GraphNode mean = make_node<op::ReduceMean>(squares, constant_i64(std::vector<std::int64_t>{-1}), true);
    const GraphNode eps = constant_f32({}, {static_cast<float>(config_.norm_eps)});
    const GraphNode root = make_node<op::Sqrt>(make_node<op::Add>(mean, eps));
    const GraphNode scaled = make_node<op::Multiply>(in, make_node<op::Divide>(constant_f32({}, {1}), root));
    return make_node<op::Multiply>(scaled, constant_f32(shape, std::move(*weight)));
  }

  /// The values of the queries', keys' and values' tensors of a layer, one after the other.
  [[nodiscard]] Result<Values> joined(std::int64_t layer, std::string_view kind, std::size_t n_cols) const {
    Values all;
    for (const std::string_view part : {"q", "k", "v"}) {
      auto some = values(fmt::format("blk.{}.attn_{}.{}", layer, part, kind));
      if (!some) return some;
      if (config_.interleaved && part != "v") some = in_halves(*some, config_.head_size, n_cols);
      all.insert(all.end(), some->begin(), some->end());
    }
    return all;
  }

 private:
  const DecoderConfig& config_;
  const GgufFile& file_;
  Precision precision_;
};

struct Surroundings {
  GraphNode cos, sin, mask;
};

/// `in` [1, heads, T, head_size], rotated: halves x, y become x cos - y sin, y cos + x sin.
GraphNode rotated(const DecoderConfig& config, const GraphNode& in, const Surroundings& around) {
  const std::int64_t half = config.head_size / 2;
  const auto part = [&](std::int64_t begin, std::int64_t end) {
    return make_node<op::Slice>(in, constant_i64(std::vector{begin}), constant_i64(std::vector{end}),
                                constant_i64(std::vector<std::int64_t>{1}), constant_i64(std::vector<std::int64_t>{3}));
  };
  const GraphNode negative = make_node<op::Multiply>(part(half, 2 * half), constant_f32({}, {-1}));
  const GraphNode turned = make_node<op::Concat>(ov::OutputVector{negative, part(0, half)}, -1);
  return make_node<op::Add>(make_node<op::Multiply>(in, around.cos), make_node<op::Multiply>(turned, around.sin));
}

/// What the queries q [1, n_heads, T, d] make of keys and values [1, n_kv_heads, P + T, d]: [1, T, n_heads * d].
/// Queries of heads that share keys are put one under the other instead of copying the keys.
GraphNode attention(const DecoderConfig& config, const GraphNode& q, const GraphNode& keys, const GraphNode& values,
                    const GraphNode& mask) {
  const std::int64_t n_kv = config.n_kv_heads;
  const std::int64_t group = config.n_heads / n_kv;
  const std::int64_t d = config.head_size;
  const float scale = 1.0F / std::sqrt(static_cast<float>(d));
  const GraphNode stacked = make_node<op::Reshape>(make_node<op::Multiply>(q, constant_f32({}, {scale})),
                                                   constant_i64({1, n_kv, -1, d}), false);
  const GraphNode scores = make_node<op::MatMul>(stacked, keys, false, true);  // [1, n_kv, group * T, P + T]
  const GraphNode mixed =
      make_node<op::MatMul>(make_node<op::Softmax>(make_node<op::Add>(scores, mask), 3), values, false, false);
  const GraphNode heads = make_node<op::Reshape>(mixed, constant_i64({1, n_kv * group, -1, d}), false);
  return make_node<op::Reshape>(make_node<op::Transpose>(heads, constant_i64({0, 2, 1, 3})),
                                constant_i64({1, -1, n_kv * group * d}), false);
}

/// A layer's keys and values.
struct Remembered {
  GraphNode keys, values;
};

/// Attention of layer `i` without what it is added to. `memory` goes in as what was remembered and comes out as what is
/// new.
Result<GraphNode> attend(const DecoderConfig& config, const DecoderParts& parts, const GraphNode& state, std::int64_t i,
                         const Surroundings& around, Remembered* memory) {
  const auto name = [&](std::string_view tensor) { return fmt::format("blk.{}.{}", i, tensor); };
  const std::int64_t h = config.hidden_size;
  const std::int64_t d = config.head_size;
  const std::int64_t n_kv = config.n_kv_heads;
  auto in = parts.rms_norm(state, name("attn_norm.weight"));
  if (!in) return in;
  auto weights = parts.joined(i, "weight", to_size(h));
  if (!weights) return tl::unexpected(weights.error());
  GraphNode all = parts.linear(*in, std::move(*weights), h);
  if (config.query_bias) {
    auto bias = parts.joined(i, "bias", 1);
    if (!bias) return tl::unexpected(bias.error());
    const ov::Shape shape{bias->size()};
    all = make_node<op::Add>(all, constant_f32(shape, std::move(*bias)));
  }
  const auto split =
      std::make_shared<op::VariadicSplit>(all, constant_i64(2), constant_i64({config.n_heads * d, n_kv * d, n_kv * d}));
  const auto heads = [&](std::size_t output, std::int64_t n_heads, const char* norm) -> Result<GraphNode> {
    Result<GraphNode> part = make_node<op::Reshape>(split->output(output), constant_i64({1, -1, n_heads, d}), false);
    if (norm != nullptr && config.head_norm) part = parts.rms_norm(*part, name(norm));
    if (!part) return part;
    const GraphNode apart = make_node<op::Transpose>(*part, constant_i64({0, 2, 1, 3}));
    return norm == nullptr ? apart : rotated(config, apart, around);
  };
  const auto q = heads(0, config.n_heads, "attn_q_norm.weight");
  if (!q) return q;
  const auto k = heads(1, n_kv, "attn_k_norm.weight");
  if (!k) return k;
  const auto v = heads(2, n_kv, nullptr);
  const GraphNode keys = make_node<op::Concat>(ov::OutputVector{memory->keys, *k}, 2);
  const GraphNode values = make_node<op::Concat>(ov::OutputVector{memory->values, *v}, 2);
  *memory = {*k, *v};
  return parts.linear(attention(config, *q, keys, values, around.mask), name("attn_output.weight"), config.n_heads * d);
}

Result<GraphNode> feed_forward(const DecoderConfig& config, const DecoderParts& parts, const GraphNode& state,
                               std::int64_t i) {
  const auto name = [&](std::string_view tensor) { return fmt::format("blk.{}.{}", i, tensor); };
  const auto in = parts.rms_norm(state, name("ffn_norm.weight"));
  if (!in) return in;
  const auto gate = parts.linear(*in, name("ffn_gate.weight"), config.hidden_size);
  if (!gate) return gate;
  const auto up = parts.linear(*in, name("ffn_up.weight"), config.hidden_size);
  if (!up) return up;
  return parts.linear(make_node<op::Multiply>(make_node<op::Swish>(*gate), *up), name("ffn_down.weight"),
                      config.intermediate_size);
}

std::shared_ptr<op::Parameter> input(const ov::PartialShape& shape) {
  return std::make_shared<op::Parameter>(ov::element::f32, shape);
}

}  // namespace

Result<std::shared_ptr<ov::Model>> build_decoder_body(const DecoderConfig& config, const GgufFile& file,
                                                      Precision precision) {
  const DecoderParts parts(config, file, precision);
  const std::int64_t group = config.n_heads / config.n_kv_heads;
  const auto embedded = input({1, -1, config.hidden_size});
  const auto cos = input({1, 1, -1, config.head_size});
  const auto sin = input({1, 1, -1, config.head_size});
  const auto mask = input({1, 1, -1, -1});
  ov::ParameterVector inputs{embedded, cos, sin, mask};
  // A row of the mask for each stacked query.
  const GraphNode stacked_mask =
      group == 1 ? mask->output(0) : make_node<op::Tile>(mask, constant_i64({1, 1, group, 1}));
  const Surroundings around{cos, sin, stacked_mask};
  GraphNode state = embedded;
  ov::OutputVector outputs(1);
  for (std::int64_t i = 0; i < config.n_layers; ++i) {
    const ov::PartialShape shape{1, config.n_kv_heads, -1, config.head_size};
    inputs.push_back(input(shape));
    inputs.push_back(input(shape));
    Remembered memory{inputs[inputs.size() - 2], inputs.back()};
    const auto attended = attend(config, parts, state, i, around, &memory);
    if (!attended) return tl::unexpected(attended.error());
    state = make_node<op::Add>(state, *attended);
    const auto fed = feed_forward(config, parts, state, i);
    if (!fed) return tl::unexpected(fed.error());
    state = make_node<op::Add>(state, *fed);
    outputs.push_back(memory.keys);
    outputs.push_back(memory.values);
  }
  outputs[0] = state;
  return std::make_shared<ov::Model>(outputs, inputs, "decoder body");
}

Result<std::shared_ptr<ov::Model>> build_decoder_head(const DecoderConfig& config, const GgufFile& file,
                                                      Precision precision) {
  const DecoderParts parts(config, file, precision);
  const auto hidden = input({-1, config.hidden_size});
  const auto target = std::make_shared<op::Parameter>(ov::element::i32, ov::PartialShape{-1, 1});
  const auto normed = parts.rms_norm(hidden, "output_norm.weight");
  if (!normed) return tl::unexpected(normed.error());
  const auto logits = parts.linear(*normed, config.tied ? "token_embd.weight" : "output.weight", config.hidden_size);
  if (!logits) return tl::unexpected(logits.error());
  const GraphNode last = constant_i64(std::vector<std::int64_t>{-1});
  const GraphNode top = make_node<op::ReduceMax>(*logits, last, true);
  const GraphNode powers = make_node<op::Exp>(make_node<op::Subtract>(*logits, top));
  const GraphNode log_sum = make_node<op::Add>(make_node<op::Log>(make_node<op::ReduceSum>(powers, last, true)), top);
  const GraphNode wanted = make_node<op::GatherElements>(*logits, target, 1);
  const GraphNode nll = make_node<op::Relu>(make_node<op::Subtract>(log_sum, wanted));
  return std::make_shared<ov::Model>(ov::OutputVector{nll}, ov::ParameterVector{hidden, target}, "decoder head");
}

}  // namespace pith
