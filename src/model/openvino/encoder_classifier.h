// The TokenClassifier for encoders on CPUs, by OpenVINO.
//
// Each sequence is one inference of batch 1 on one thread; sequences run side by side on n_threads streams. Measured on
// two AVX-512 cores, this beats batching (no padding to the longest, no synchronisation inside a layer) and makes a
// sequence's result independent of its neighbours, of the thread count and of the schedule, bit for bit.
//
// Lengths are rounded up to a step (padded_length) and the padding is masked. Compiled code is specific to a length:
// with free lengths each new one costs about 4 ms and 1.2 MB per stream, forever (500 lengths: 1 GB).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "model/encoder_config.h"
#include "model/load_classifier.h"
#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// The length a sequence of `n_tokens` is computed at: the next multiple of 16 up to 256, of 32 up to 512, then of 128.
/// 24 lengths up to 512 tokens; on average 5 % more work.
[[nodiscard]] constexpr std::size_t padded_length(std::size_t n_tokens) {
  const std::size_t step = n_tokens <= 256 ? 16 : n_tokens <= 512 ? 32 : 128;
  return (n_tokens + step - 1) / step * step;
}

/// The rest of load_classifier() on OpenVINO. `options` is checked and complete (tokenizer set, n_threads > 0);
/// `config` was read from `config_text`.
[[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> load_openvino_encoder(const ClassifierOptions& options,
                                                                                   const EncoderConfig& config,
                                                                                   std::string_view config_text,
                                                                                   ClassifierLoadInfo* info);

}  // namespace pith
