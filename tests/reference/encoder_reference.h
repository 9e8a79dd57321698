// The slow, obvious twin of the token classifiers: double precision, loops as in the formulas, its own decoding of
// stored numbers and its own tensor names. For tests only.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "tokenize/tokenizer.h"

namespace pith::reference {

using Row = std::vector<double>;
using Matrix = std::vector<Row>;

/// One stored number as a double.
inline double decode(const TensorView& tensor, std::size_t i) {
  const char* at = tensor.bytes.data() + i * dtype_bytes(tensor.dtype);
  if (tensor.dtype == Dtype::kF32) {
    float value = 0;
    std::memcpy(&value, at, sizeof(value));
    return static_cast<double>(value);
  }
  if (tensor.dtype == Dtype::kI8) return static_cast<double>(static_cast<signed char>(*at));
  std::uint16_t bits = 0;
  std::memcpy(&bits, at, sizeof(bits));
  const int n_exponent = tensor.dtype == Dtype::kF16 ? 5 : 8;
  const int n_fraction = 15 - n_exponent;
  const int bias = (1 << (n_exponent - 1)) - 1;
  const int exponent = (bits >> n_fraction) & ((1 << n_exponent) - 1);
  const double fraction = (bits & ((1 << n_fraction) - 1)) / std::ldexp(1.0, n_fraction);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias);
  return sign * std::ldexp(1 + fraction, exponent - bias);
}

class EncoderReference {
 public:
  EncoderReference(const EncoderConfig& config, const Checkpoint& checkpoint)
      : config_(config), checkpoint_(checkpoint) {}

  /// Probability of the keep label for each id of one sequence. No token attends to those at the indices `hidden`.
  [[nodiscard]] Row keep_probabilities(std::span<const TokenId> ids, const std::set<std::size_t>& hidden = {}) const {
    hidden_ = hidden;
    Matrix state = embed(ids);
    for (std::int64_t i = 0; i < config_.n_layers; ++i) {
      is_modern() ? modern_layer(&state, i) : post_norm_layer(&state, i);
    }
    if (is_modern()) {
      normalize(&state, "final_norm");
      state = linear(state, "head.dense");
      activate(&state, config_.modern.classifier_activation);
      normalize(&state, "head.norm");
    }
    const Matrix logits = linear(state, "classifier");
    Row probabilities;
    for (const Row& z : logits) {
      const auto keep = static_cast<std::size_t>(config_.keep_label);
      probabilities.push_back(1 / (1 + std::exp(z[1 - keep] - z[keep])));
    }
    return probabilities;
  }

 private:
  [[nodiscard]] bool is_modern() const { return config_.architecture == Architecture::kModernBert; }
  [[nodiscard]] bool is_distil() const { return config_.architecture == Architecture::kDistilBert; }

  [[nodiscard]] const TensorView* find(const std::string& name) const {
    for (const char* prefix : {"bert.", "roberta.", "distilbert.", "model.", ""}) {
      if (const TensorView* view = checkpoint_.find(prefix + name)) return view;
    }
    return nullptr;
  }

  [[nodiscard]] const TensorView& tensor(const std::string& name) const {
    if (const TensorView* view = find(name)) return *view;
    throw std::runtime_error("no tensor " + name);
  }

  /// Row `r` of a matrix, or the whole of a vector (r = 0).
  [[nodiscard]] Row matrix_row(const std::string& name, std::size_t r) const {
    const TensorView& view = tensor(name);
    const auto n = static_cast<std::size_t>(view.shape.back());
    double scale = 1;
    if (view.dtype == Dtype::kI8) scale = decode(tensor(name + "_scale"), r);
    Row row;
    for (std::size_t c = 0; c < n; ++c) row.push_back(scale * decode(view, r * n + c));
    return row;
  }

  [[nodiscard]] Matrix embed(std::span<const TokenId> ids) const {
    const bool is_roberta =
        config_.architecture == Architecture::kRoberta || config_.architecture == Architecture::kXlmRoberta;
    Matrix state;
    std::size_t n_counted = 0;
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const auto id = static_cast<std::size_t>(ids[t]);
      Row row = matrix_row(is_modern() ? "embeddings.tok_embeddings.weight" : "embeddings.word_embeddings.weight", id);
      if (!is_modern()) {
        const auto padding = static_cast<std::size_t>(config_.pad_token_id);
        if (is_roberta && id != padding) ++n_counted;
        std::size_t position = t;
        if (is_roberta) position = id == padding ? padding : n_counted + padding;
        add(&row, matrix_row("embeddings.position_embeddings.weight", position));
        if (!is_distil()) add(&row, matrix_row("embeddings.token_type_embeddings.weight", 0));
      }
      state.push_back(row);
    }
    normalize(&state, is_modern() ? "embeddings.norm" : "embeddings.LayerNorm");
    return state;
  }

  /// Biases are added where the file has them.
  [[nodiscard]] Matrix linear(const Matrix& in, const std::string& name) const {
    const auto n_out = static_cast<std::size_t>(tensor(name + ".weight").shape[0]);
    const Row bias = find(name + ".bias") == nullptr ? Row(n_out) : matrix_row(name + ".bias", 0);
    Matrix out(in.size(), Row(n_out));
    for (std::size_t o = 0; o < n_out; ++o) {
      const Row weight = matrix_row(name + ".weight", o);
      for (std::size_t t = 0; t < in.size(); ++t) {
        double sum = bias[o];
        for (std::size_t c = 0; c < weight.size(); ++c) sum += weight[c] * in[t][c];
        out[t][o] = sum;
      }
    }
    return out;
  }

  void normalize(Matrix* rows, const std::string& name) const {
    const Row weight = matrix_row(name + ".weight", 0);
    const Row bias = find(name + ".bias") == nullptr ? Row(weight.size()) : matrix_row(name + ".bias", 0);
    for (Row& row : *rows) {
      const auto n = static_cast<double>(row.size());
      double mean = 0;
      for (const double x : row) mean += x / n;
      double variance = 0;
      for (const double x : row) variance += (x - mean) * (x - mean) / n;
      for (std::size_t c = 0; c < row.size(); ++c) {
        row[c] = (row[c] - mean) / std::sqrt(variance + config_.layer_norm_eps) * weight[c] + bias[c];
      }
    }
  }

  static double activated(double x, Activation activation) {
    const double pi = std::acos(-1.0);
    switch (activation) {
      case Activation::kRelu:
        return x > 0 ? x : 0;
      case Activation::kSilu:
        return x / (1 + std::exp(-x));
      case Activation::kGeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)));
      case Activation::kGelu:
        break;
    }
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  }

  static void activate(Matrix* rows, Activation activation) {
    for (Row& row : *rows) {
      for (double& x : row) x = activated(x, activation);
    }
  }

  /// Columns [begin, begin + n) of every row.
  static Matrix columns(const Matrix& rows, std::size_t begin, std::size_t n) {
    Matrix out;
    for (const Row& row : rows) {
      const auto first = row.begin() + static_cast<std::ptrdiff_t>(begin);
      out.emplace_back(first, first + static_cast<std::ptrdiff_t>(n));
    }
    return out;
  }

  /// Pairs (c, c + half) of each head turned by position / theta^(2 c / head_size).
  [[nodiscard]] Matrix rotated(const Matrix& rows, double theta) const {
    const auto d = static_cast<std::size_t>(config_.head_size());
    Matrix out = rows;
    for (std::size_t t = 0; t < rows.size(); ++t) {
      for (std::size_t head = 0; head < rows[t].size(); head += d) {
        for (std::size_t c = 0; c < d / 2; ++c) {
          const double angle =
              static_cast<double>(t) * std::pow(theta, -2.0 * static_cast<double>(c) / static_cast<double>(d));
          const double a = rows[t][head + c];
          const double b = rows[t][head + c + d / 2];
          out[t][head + c] = a * std::cos(angle) - b * std::sin(angle);
          out[t][head + c + d / 2] = b * std::cos(angle) + a * std::sin(angle);
        }
      }
    }
    return out;
  }

  /// softmax(q k^T / sqrt(d)) v per head over the tokens that are not hidden and at most `reach` away.
  [[nodiscard]] Matrix attend(const Matrix& q, const Matrix& k, const Matrix& v, std::size_t reach) const {
    const std::size_t n = q.size();
    const auto d = static_cast<std::size_t>(config_.head_size());
    Matrix mixed(n, Row(q.front().size()));
    for (std::size_t head = 0; head < static_cast<std::size_t>(config_.n_heads); ++head) {
      for (std::size_t t = 0; t < n; ++t) {
        Row scores(n);
        double sum = 0;
        for (std::size_t s = 0; s < n; ++s) {
          if (hidden_.contains(s) || (s < t ? t - s : s - t) > reach) continue;
          double dot = 0;
          for (std::size_t c = head * d; c < (head + 1) * d; ++c) dot += q[t][c] * k[s][c];
          scores[s] = std::exp(dot / std::sqrt(static_cast<double>(d)));
          sum += scores[s];
        }
        for (std::size_t s = 0; s < n; ++s) {
          for (std::size_t c = head * d; c < (head + 1) * d; ++c) mixed[t][c] += scores[s] / sum * v[s][c];
        }
      }
    }
    return mixed;
  }

  void post_norm_layer(Matrix* state, std::int64_t i) const {
    const std::string layer = (is_distil() ? "transformer.layer." : "encoder.layer.") + std::to_string(i) + ".";
    const auto name = [&](const char* bert, const char* distil) { return layer + (is_distil() ? distil : bert); };
    const Matrix mixed = attend(linear(*state, name("attention.self.query", "attention.q_lin")),
                                linear(*state, name("attention.self.key", "attention.k_lin")),
                                linear(*state, name("attention.self.value", "attention.v_lin")), state->size());
    add(state, linear(mixed, name("attention.output.dense", "attention.out_lin")));
    normalize(state, name("attention.output.LayerNorm", "sa_layer_norm"));
    Matrix inner = linear(*state, name("intermediate.dense", "ffn.lin1"));
    activate(&inner, config_.activation);
    add(state, linear(inner, name("output.dense", "ffn.lin2")));
    normalize(state, name("output.LayerNorm", "output_layer_norm"));
  }

  void modern_layer(Matrix* state, std::int64_t i) const {
    const std::string layer = "layers." + std::to_string(i) + ".";
    const auto h = static_cast<std::size_t>(config_.hidden_size);
    const bool is_local = config_.modern.is_local_layer.at(static_cast<std::size_t>(i));
    const double theta = is_local ? config_.modern.local_rope_theta : config_.modern.global_rope_theta;
    Matrix normed = *state;
    if (i > 0) normalize(&normed, layer + "attn_norm");
    const Matrix qkv = linear(normed, layer + "attn.Wqkv");
    const auto reach = is_local ? static_cast<std::size_t>(config_.modern.local_reach_tokens) : state->size();
    add(state, linear(attend(rotated(columns(qkv, 0, h), theta), rotated(columns(qkv, h, h), theta),
                             columns(qkv, 2 * h, h), reach),
                      layer + "attn.Wo"));
    normed = *state;
    normalize(&normed, layer + "mlp_norm");
    const Matrix both = linear(normed, layer + "mlp.Wi");
    const auto n = static_cast<std::size_t>(config_.intermediate_size);
    Matrix inner = columns(both, 0, n);
    const Matrix gate = columns(both, n, n);
    activate(&inner, config_.activation);
    for (std::size_t t = 0; t < inner.size(); ++t) {
      for (std::size_t c = 0; c < n; ++c) inner[t][c] *= gate[t][c];
    }
    add(state, linear(inner, layer + "mlp.Wo"));
  }

  static void add(Row* to, const Row& from) {
    for (std::size_t c = 0; c < to->size(); ++c) (*to)[c] += from[c];
  }
  static void add(Matrix* to, const Matrix& from) {
    for (std::size_t t = 0; t < to->size(); ++t) add(&(*to)[t], from[t]);
  }

  const EncoderConfig& config_;
  const Checkpoint& checkpoint_;
  mutable std::set<std::size_t> hidden_;
};

}  // namespace pith::reference
