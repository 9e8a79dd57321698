// The TokenClassifier of the llama.cpp engine: a GGUF file that convert_to_gguf() wrote, computed by ggml.
//
// On CPUs each sequence is one graph on one thread, at nearly its true length, and sequences run side by side on
// n_threads lanes. On a GPU sequences are padded to a step and computed in batches whose size depends on that length
// alone, with empty sequences where there are too few: so here too a sequence's result does not depend on its
// neighbours.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "model/token_classifier.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

class GgufFile;

struct LlamaOptions {
  /// kAuto: a GPU if ggml was built with a back end for one and it is there, else the CPU.
  Device device = Device::kAuto;
  /// Threads of the forward pass on CPUs, > 0.
  int n_threads = 1;
  /// 0 = choose by the device. Above 0 sequences are padded and computed in batches of about this many tokens.
  std::size_t n_batch_tokens = 0;
  /// Used instead of the file's own tokenizer when given.
  std::shared_ptr<const Tokenizer> tokenizer{};
};

/// Loads a GGUF file. Weights stay in the mapped file on CPUs and are copied to a GPU's memory.
/// Errors: kNotFound, kIo, kTooLarge; kBadModel (damaged, or its tensors do not fit its configuration); kUnsupported (a
/// GGUF file without Pith's keys, another architecture, a newer format, no GPU where one is asked for); kInternal.
[[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> load_llama_classifier(const std::string& path,
                                                                                   const LlamaOptions& options);
/// Same for a file that is open already.
[[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> load_llama_classifier(
    const std::shared_ptr<const GgufFile>& file, const LlamaOptions& options);

}  // namespace pith
