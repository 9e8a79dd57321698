// Token counters of models: load_token_counter(), which knows no model files, and GGUF files.
#pragma once

#include <memory>
#include <string>

#include "pith/result.h"
#include "tokenize/token_counter.h"

namespace pith {

/// What load_token_counter() takes, or the path of a GGUF file with a vocabulary of its own (load_gguf_tokenizer(): a
/// causal model's), by its ending ".gguf". Loaded once per process and path, shared afterwards. Errors: those of both.
[[nodiscard]] Result<std::shared_ptr<const TokenCounter>> load_model_token_counter(const std::string& name);

}  // namespace pith
