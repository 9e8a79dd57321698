// An encoder with its classifier as a graph of ggml operations, built for one shape of input.
//
// Not llama.cpp's own graphs of these architectures: they compute GELU in its tanh approximation out of a float16 table
// whatever the model was trained with (kept words then differ from the checkpoint's), hide no tokens, and stop before
// the classifier. This one computes what the checkpoint says, and runs on every back end that ggml has.
#pragma once

#include <ggml.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "model/encoder_config.h"

namespace pith {

struct EncoderGraphShape {
  std::int64_t n_tokens = 0;     ///< of each sequence, padding included
  std::int64_t n_sequences = 0;  ///< computed side by side
  bool is_masked = false;        ///< some tokens are not attended to
};

/// Inputs to be set and the output to be read; owned by the context. Dimensions innermost first, as ggml has them.
struct EncoderGraph {
  ggml_cgraph* graph = nullptr;
  ggml_tensor* embedded = nullptr;  ///< f32 [hidden_size, n_tokens, n_sequences]: EncoderEmbeddings' sum
  /// f32 [n_tokens, n_tokens, 1, n_sequences], added to the scores of [key, query]; null where nothing is masked.
  ggml_tensor* global_mask = nullptr;
  ggml_tensor* local_mask = nullptr;     ///< same, for layers that see near neighbours only; null without them
  ggml_tensor* positions = nullptr;      ///< i32 [n_tokens]: 0, 1, ...; null without rotary positions
  ggml_tensor* probabilities = nullptr;  ///< f32 [2, n_tokens, n_sequences]
};

/// Low enough that exp() of it is 0 beside any real score, finite so that no NaN can arise.
inline constexpr float kHiddenScore = -1e30F;

/// The weight of that name in the GGUF file; exists for all names of gguf_encoder_tensors().
using WeightOf = std::function<ggml_tensor*(const std::string& name)>;

/// `on_cpu`: may use operations that only ggml's CPU back end has.
[[nodiscard]] EncoderGraph build_encoder_graph(const EncoderConfig& config, const WeightOf& weight,
                                               const EncoderGraphShape& shape, bool on_cpu, ggml_context* context);

/// Bytes a context needs for the graph of any shape.
[[nodiscard]] std::size_t encoder_graph_bytes(const EncoderConfig& config);
/// Most operations the graph has.
[[nodiscard]] std::size_t encoder_graph_nodes(const EncoderConfig& config);

}  // namespace pith
