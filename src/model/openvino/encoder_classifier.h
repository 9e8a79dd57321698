// The TokenClassifier for encoders on CPUs, by OpenVINO: encoder_runner.h with two labels a token.
#pragma once

#include <memory>
#include <string_view>

#include "model/encoder_config.h"
#include "model/load_classifier.h"
#include "model/openvino/padded_length.h"
#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// The rest of load_classifier() on OpenVINO. `options` is checked and complete (tokenizer set, n_threads > 0);
/// `config` was read from `config_text`.
[[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> load_openvino_encoder(const ClassifierOptions& options,
                                                                                   const EncoderConfig& config,
                                                                                   std::string_view config_text,
                                                                                   ClassifierLoadInfo* info);

}  // namespace pith
