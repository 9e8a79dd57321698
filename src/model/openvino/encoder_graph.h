// An encoder as an OpenVINO graph, built in memory with the opset API.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/openvino/graph_parts.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// Part of the key of compiled networks: raise it with every change of what build_encoder_graph builds.
inline constexpr int kEncoderGraphVersion = 2;

/// Inputs (by index):
///   0  f32 [1, T, hidden_size]  sums of embeddings, before their LayerNorm
///   1  f32 [1, 1, 1, T]         added to attention scores: 0 for a real token, kMaskedScore for padding
/// Output: of a token classifier f32 [1, T, 2], softmax over the labels; of a text embedder f32 [1, T, hidden_size],
/// the last hidden states. The weights of the encoder's linear maps have `precision`; everything else is f32. int8
/// weights that are stored as such are used where they lie in `checkpoint`, which the graph keeps alive. Errors:
/// kBadModel. OpenVINO's exceptions pass through.
[[nodiscard]] Result<std::shared_ptr<ov::Model>> build_encoder_graph(
    const EncoderConfig& config, const std::shared_ptr<const Checkpoint>& checkpoint, Precision precision);

}  // namespace pith
