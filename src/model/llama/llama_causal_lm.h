// The CausalLm of the llama.cpp engine: a GGUF file, computed by llama.cpp in the file's own blocks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "model/causal_lm.h"
#include "model/load_causal_lm.h"
#include "pith/result.h"

namespace pith {

struct LlamaCausalOptions {
  Device device = Device::kAuto;       ///< as LlamaOptions::device
  int n_threads = 1;                   ///< > 0
  int n_gpu_layers = -1;               ///< -1 = all
  std::size_t max_context_tokens = 0;  ///< 0 = what the model was trained on, which is also the most
};

/// Whether the file is a GGUF file of a causal model that Pith has an engine for, by its header, which is all that is
/// read: a vocabulary for texts, a known architecture, sizes that fit each other. False for encoders that `pith
/// convert` wrote, for what is no GGUF file, and for what cannot be read; load_causal_lm() says why.
[[nodiscard]] bool is_causal_gguf(const std::string& path);

/// load_gguf_tokenizer() of a file.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> open_gguf_tokenizer(const std::string& path);

/// From the header. Errors: as load_llama_causal_lm().
[[nodiscard]] Result<CausalMemory> estimate_llama_memory(const std::string& path, std::size_t max_context_tokens);

/// Architectures llama, qwen2, qwen3 and gpt2. The file goes through GgufFile's checks and through those of the keys
/// that llama.cpp computes sizes from before llama.cpp sees it. score() computes sequences one after another, so that
/// none depends on its neighbours. Errors: kNotFound, kIo, kBadModel, kUnsupported (another architecture, an encoder,
/// an unknown tokenizer, no GPU), kInternal.
[[nodiscard]] Result<std::shared_ptr<const CausalLm>> load_llama_causal_lm(const std::string& path,
                                                                           const LlamaCausalOptions& options);

}  // namespace pith
