// `pith models show` for GGUF files.
#pragma once

#include <string>

#include "model/model_info.h"
#include "pith/result.h"

namespace pith {

/// describe_model() of a GGUF file that convert_to_gguf() wrote, or of a causal model; no weight is read. Errors: as
/// load_llama_classifier() and read_causal_header().
[[nodiscard]] Result<ModelInfo> describe_gguf_model(const std::string& path);

}  // namespace pith
