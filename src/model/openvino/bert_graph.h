// A BERT token classifier as an OpenVINO graph, built in memory with the opset API.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

#include "model/bert_config.h"
#include "model/weights.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// Part of the key of compiled networks: raise it with every change of what build_bert_graph builds.
inline constexpr int kBertGraphVersion = 1;

/// Inputs (by index):
///   0  f32 [1, T, hidden_size]  sums of embeddings, before their LayerNorm
///   1  f32 [1, 1, 1, T]         added to attention scores: 0 for a real token, kMaskedScore for padding
/// Output: f32 [1, T, 2], softmax over the labels.
/// kInt8 keeps the encoder's weights as int8 with one scale per output channel; everything else is f32. int8 weights
/// that are stored as such are used where they lie in `file`, which the graph keeps alive. Errors: kBadModel.
/// OpenVINO's exceptions pass through.
[[nodiscard]] Result<std::shared_ptr<ov::Model>> build_bert_graph(const BertConfig& config,
                                                                  const std::shared_ptr<const SafeTensors>& file,
                                                                  Precision precision);

/// Low enough that exp() of it is 0 beside any real score, finite so that no NaN can arise.
inline constexpr float kMaskedScore = -1e30F;

}  // namespace pith
