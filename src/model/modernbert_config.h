// The part of config.json that only ModernBERT has.
#pragma once

#include "model/config_reader.h"
#include "model/encoder_config.h"
#include "pith/result.h"

namespace pith {

/// Understands transformers 4 (global_attn_every_n_layers, global_rope_theta, local_rope_theta) and 5 (layer_types,
/// rope_parameters per layer type). Absent fields have transformers' defaults. REQUIRES: n_layers > 0.
/// Errors: kBadModel; kUnsupported (rotary scaling, unknown layer types).
[[nodiscard]] Result<ModernBertConfig> read_modernbert_config(const ConfigReader& reader, std::int64_t n_layers);

}  // namespace pith
