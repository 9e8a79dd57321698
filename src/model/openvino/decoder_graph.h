// A decoder as two OpenVINO networks. Lengths are free: T tokens are read behind P remembered ones; R rows are wanted.
//
// Body, inputs in this order, all f32:
//   embedded [1, T, hidden_size], cos and sin [1, 1, T, head_size] of the tokens' angles (NeoX layout: halves repeat),
//   mask [1, 1, T, P + T], added to the scores: the P remembered keys first, then the T new ones,
//   then for each layer the remembered keys, rotated as they were when read, and values [1, n_kv_heads, P, head_size].
// Outputs: hidden [1, T, hidden_size], before the last norm; then for each layer the new keys, rotated, and values
// [1, n_kv_heads, T, head_size]. What is remembered is kept outside of the network, where it can be cut, moved, copied.
//
// Head: hidden f32 [R, hidden_size], target i32 [R, 1]; output f32 [R, 1]: -ln of the softmax over the vocabulary.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

#include "model/llama/gguf_file.h"
#include "model/openvino/decoder_config.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// To be raised when the networks change: stored ones are then compiled again.
inline constexpr int kDecoderGraphVersion = 1;

/// Values of a row of int8 weights that share a scale, where it divides the row's length (else the row shares one).
/// With activations quantised in groups of the same size, SmolLM2's likelihoods differ from float32's by 0.066 nats on
/// average (llama.cpp's from the file's own blocks: 0.056; scales per row, groups of 64: 0.097, and 13 % faster).
inline constexpr std::int64_t kInt8Block = 32;

/// `precision` is kF32 or kInt8. Nothing views the file afterwards.
/// REQUIRES: `config` is read_decoder_config(file). Errors: kBadModel (values that are not finite). OpenVINO's
/// exceptions pass through.
[[nodiscard]] Result<std::shared_ptr<ov::Model>> build_decoder_body(const DecoderConfig& config, const GgufFile& file,
                                                                    Precision precision);
[[nodiscard]] Result<std::shared_ptr<ov::Model>> build_decoder_head(const DecoderConfig& config, const GgufFile& file,
                                                                    Precision precision);

}  // namespace pith
