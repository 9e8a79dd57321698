// Loads a causal language model from a GGUF file. Which engine runs it is decided here; no engine's type is visible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/causal_lm.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

struct CausalOptions {
  std::string path{};  ///< a GGUF file, or a folder that holds one
  /// kAuto: OpenVINO on CPUs where it knows the architecture and, on a short text, agrees with llama.cpp; llama.cpp
  /// otherwise and on GPUs.
  ModelEngine engine = ModelEngine::kAuto;
  Device device = Device::kAuto;
  /// OpenVINO: kInt8 quantises weights per output channel and activations on the fly; kF32 computes with the weights
  /// that the file's blocks stand for, in float32 (what reference mode is defined by). llama.cpp computes with the
  /// file's own blocks, whatever this says.
  Precision precision = Precision::kInt8;
  int n_threads = 0;      ///< 0 = usable_cores(). Does not change results.
  int n_gpu_layers = -1;  ///< llama.cpp on a GPU: layers that go there; -1 = all
  /// Tokens a session may remember; 0 = what the model was trained on.
  std::size_t max_context_tokens = 0;
  std::string cache_dir{};  ///< as in ClassifierOptions
};

/// What a model will take, before it is loaded: an estimate from its header.
struct CausalMemory {
  std::uint64_t weights_bytes = 0;
  std::uint64_t kv_cache_bytes = 0;  ///< of one session that is full
  std::uint64_t scratch_bytes = 0;   ///< activations and logits of one micro-batch
};

/// Errors: kNotFound, kIo, kBadModel (no GGUF file, truncated, inconsistent), kUnsupported.
[[nodiscard]] Result<CausalMemory> estimate_causal_memory(const CausalOptions& options);

/// `warnings`, if given, gets what a caller should tell people (an engine that was abandoned, and why).
/// Errors: those of estimate_causal_memory(); kTooLarge if the estimate exceeds the memory that is there; kInternal.
[[nodiscard]] Result<std::shared_ptr<const CausalLm>> load_causal_lm(const CausalOptions& options,
                                                                     std::vector<std::string>* warnings = nullptr);

}  // namespace pith
