// The slow, obvious twin of the BERT token classifier: double precision, loops as in the formulas, its own decoding of
// stored numbers. For tests only.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/bert_config.h"
#include "model/safetensors.h"
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

class BertReference {
 public:
  BertReference(const BertConfig& config, const SafeTensors& file) : config_(config), file_(file) {}

  /// Probability of the keep label for each id of one sequence.
  [[nodiscard]] Row keep_probabilities(std::span<const TokenId> ids) const {
    Matrix state;
    for (std::size_t t = 0; t < ids.size(); ++t) {
      Row row = matrix_row("embeddings.word_embeddings.weight", static_cast<std::size_t>(ids[t]));
      const Row position = matrix_row("embeddings.position_embeddings.weight", t);
      const Row type = matrix_row("embeddings.token_type_embeddings.weight", 0);
      for (std::size_t c = 0; c < row.size(); ++c) row[c] += position[c] + type[c];
      state.push_back(row);
    }
    normalize(&state, "embeddings.LayerNorm");
    for (std::int64_t i = 0; i < config_.n_layers; ++i) layer(&state, "encoder.layer." + std::to_string(i) + ".");
    const Matrix logits = linear(state, "classifier");
    Row probabilities;
    for (const Row& z : logits) {
      const auto keep = static_cast<std::size_t>(config_.keep_label);
      probabilities.push_back(1 / (1 + std::exp(z[1 - keep] - z[keep])));
    }
    return probabilities;
  }

 private:
  [[nodiscard]] const TensorView& tensor(const std::string& name) const {
    const TensorView* view = file_.find("bert." + name);
    if (view == nullptr) view = file_.find(name);
    if (view == nullptr) throw std::runtime_error("no tensor " + name);
    return *view;
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

  [[nodiscard]] Matrix linear(const Matrix& in, const std::string& name) const {
    const auto n_out = static_cast<std::size_t>(tensor(name + ".weight").shape[0]);
    const Row bias = matrix_row(name + ".bias", 0);
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
    const Row bias = matrix_row(name + ".bias", 0);
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

  [[nodiscard]] double activate(double x) const {
    const double pi = std::acos(-1.0);
    switch (config_.activation) {
      case Activation::kRelu:
        return x > 0 ? x : 0;
      case Activation::kGeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)));
      case Activation::kGelu:
        break;
    }
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  }

  void layer(Matrix* state, const std::string& name) const {
    const Matrix q = linear(*state, name + "attention.self.query");
    const Matrix k = linear(*state, name + "attention.self.key");
    const Matrix v = linear(*state, name + "attention.self.value");
    const std::size_t n = state->size();
    const auto d = static_cast<std::size_t>(config_.head_size());
    Matrix mixed(n, Row(state->front().size()));
    for (std::size_t head = 0; head < static_cast<std::size_t>(config_.n_heads); ++head) {
      for (std::size_t t = 0; t < n; ++t) {
        Row scores(n);
        double sum = 0;
        for (std::size_t s = 0; s < n; ++s) {
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
    add(state, linear(mixed, name + "attention.output.dense"));
    normalize(state, name + "attention.output.LayerNorm");
    Matrix inner = linear(*state, name + "intermediate.dense");
    for (Row& row : inner) {
      for (double& x : row) x = activate(x);
    }
    add(state, linear(inner, name + "output.dense"));
    normalize(state, name + "output.LayerNorm");
  }

  static void add(Matrix* to, const Matrix& from) {
    for (std::size_t t = 0; t < to->size(); ++t) {
      for (std::size_t c = 0; c < (*to)[t].size(); ++c) (*to)[t][c] += from[t][c];
    }
  }

  const BertConfig& config_;
  const SafeTensors& file_;
};

}  // namespace pith::reference
