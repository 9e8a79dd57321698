#include "model/load_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "model/encoder_config.h"
#include "model/llama/llama_classifier.h"
#include "model/openvino/encoder_classifier.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

constexpr int kMaxThreads = 1024;

/// The container's CPU quota in cores (cgroup v2: "max 100000" or "150000 100000"); nothing when there is none.
double quota_cores() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period_us = 0;
  if (!(file >> quota >> period_us) || quota == "max" || !(period_us > 0)) return 0;
  return std::strtod(quota.c_str(), nullptr) / period_us;
}

}  // namespace

int usable_cores() {
  int n = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));  // respects the CPU affinity
  if (const double quota = quota_cores(); quota > 0) n = std::min(n, static_cast<int>(std::ceil(quota)));
  return std::clamp(n, 1, kMaxThreads);
}

Result<std::shared_ptr<const TokenClassifier>> load_classifier(const ClassifierOptions& options,
                                                               ClassifierLoadInfo* info) {
  if (options.n_threads < 0 || options.n_threads > kMaxThreads) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("n_threads must be from 0 to {}, found {}", kMaxThreads, options.n_threads));
  }
  std::error_code error;
  if (std::filesystem::is_regular_file(options.model_dir, error)) {
    if (options.engine == ModelEngine::kOpenVino) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("'{}' is a file, and engine openvino reads folders in Hugging Face "
                              "layout; GGUF files are engine llama's",
                              options.model_dir));
    }
    return load_llama_classifier(options.model_dir,
                                 {.device = options.device,
                                  .n_threads = options.n_threads == 0 ? usable_cores() : options.n_threads,
                                  .tokenizer = options.tokenizer});
  }
  if (!std::filesystem::is_directory(options.model_dir, error)) {
    return fail(ErrorCode::kNotFound, fmt::format("no model folder '{}': expected a folder with config.json, "
                                                  "model.safetensors and the tokenizer's files",
                                                  options.model_dir));
  }
  if (options.engine == ModelEngine::kLlama) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("engine llama reads GGUF files, and '{0}' is a folder: `pith convert "
                            "--gguf q8_0 {0} MODEL.gguf` makes one of it",
                            options.model_dir));
  }
  const auto loaded = load_encoder_config(options.model_dir);
  if (!loaded) return tl::unexpected(loaded.error());

  ClassifierOptions complete = options;
  if (complete.n_threads == 0) complete.n_threads = usable_cores();
  if (complete.tokenizer == nullptr) {
    auto tokenizer = load_tokenizer(options.model_dir);
    if (!tokenizer) return tl::unexpected(tokenizer.error());
    complete.tokenizer = std::move(*tokenizer);
  }
  if (complete.tokenizer->vocab_size() > static_cast<std::size_t>(loaded->config.vocab_size)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}/config.json: vocab_size is {}, but the tokenizer has ids up to {}", options.model_dir,
                            loaded->config.vocab_size, complete.tokenizer->vocab_size() - 1));
  }
  return load_openvino_encoder(complete, loaded->config, loaded->text, info);
}

}  // namespace pith
