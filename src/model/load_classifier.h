// Loads a token classifier from a folder in Hugging Face layout (config.json, model.safetensors and the tokenizer's
// files) or from a GGUF file that `pith convert --gguf` made of one. Which engine runs it is decided here; no engine's
// type is visible.
//
//   auto classifier = pith::load_classifier({.model_dir = dir});
//   if (!classifier) return tl::unexpected(classifier.error());
//   auto p = (*classifier)->keep_probabilities(sequences);
#pragma once

#include <memory>
#include <string>

#include "model/token_classifier.h"
#include "pith/compress.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

struct ClassifierOptions {
  std::string model_dir{};  ///< or a GGUF file
  /// Who computes: see ModelEngine. A folder is OpenVINO's, a GGUF file llama.cpp's.
  ModelEngine engine = ModelEngine::kAuto;
  /// Of llama.cpp only.
  Device device = Device::kAuto;
  /// Of OpenVINO only: a GGUF file has the precision it was converted to.
  Precision precision = Precision::kInt8;
  /// Threads of the forward pass, each on a sequence of its own; 0 = usable_cores(). Does not change results.
  int n_threads = 0;
  /// Where compiled networks are kept: "" = cache_dir()/compiled, "none" = nowhere. Does not change results. A folder
  /// that cannot be written is the same as "none"; files in it are verified before use.
  std::string cache_dir{};
  /// Used instead of the folder's own tokenizer when given.
  std::shared_ptr<const Tokenizer> tokenizer{};
};

/// What loading did, for tests and benchmarks.
struct ClassifierLoadInfo {
  bool from_cache = false;     ///< the compiled network came from cache_dir
  bool cache_written = false;  ///< ... was compiled and then stored there
};

/// Errors: kNotFound (no folder, or a file is missing in it), kIo, kBadModel (a file is damaged or does not fit the
/// others), kUnsupported (another architecture, an engine that does not read this kind of model), kInvalidArgument
/// (n_threads), kInternal (the engine failed).
[[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> load_classifier(const ClassifierOptions& options,
                                                                             ClassifierLoadInfo* info = nullptr);

/// Cores this process may use: its CPU affinity, and the container's CPU quota rounded up. At least 1.
[[nodiscard]] int usable_cores();

}  // namespace pith
