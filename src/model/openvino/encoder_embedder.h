// The TextEmbedder for encoders on CPUs, by OpenVINO: encoder_runner.h with the hidden states pooled.
#pragma once

#include <memory>
#include <string_view>

#include "model/encoder_config.h"
#include "model/load_embedder.h"
#include "model/text_embedder.h"
#include "pith/result.h"

namespace pith {

/// How the states of a text's tokens become one vector.
enum class Pooling { kMean, kFirstToken };

/// The rest of load_embedder(). `options` is checked and complete (tokenizer set, n_threads > 0); `config`, of
/// kTextEmbedder with max_sequence_tokens as far as texts are to be read, was read from `config_text`.
[[nodiscard]] Result<std::shared_ptr<const TextEmbedder>> load_openvino_embedder(const EmbedderOptions& options,
                                                                                 const EncoderConfig& config,
                                                                                 std::string_view config_text,
                                                                                 Pooling pooling,
                                                                                 ClassifierLoadInfo* info);

}  // namespace pith
