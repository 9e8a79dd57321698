#include "model/load_classifier.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>

#include "model/encoder_config.h"
#include "model/llama/llama_classifier.h"
#include "model/model_folder.h"
#include "model/openvino/encoder_classifier.h"

namespace pith {

Result<std::shared_ptr<const TokenClassifier>> load_classifier(const ClassifierOptions& options,
                                                               ClassifierLoadInfo* info) {
  const auto n_threads = chosen_threads(options.n_threads);
  if (!n_threads) return tl::unexpected(n_threads.error());
  std::error_code error;
  if (std::filesystem::is_regular_file(options.model_dir, error)) {
    if (options.engine == ModelEngine::kOpenVino) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("'{}' is a file, and engine openvino reads folders in Hugging Face "
                              "layout; GGUF files are engine llama's",
                              options.model_dir));
    }
    return load_llama_classifier(options.model_dir,
                                 {.device = options.device, .n_threads = *n_threads, .tokenizer = options.tokenizer});
  }
  if (options.engine == ModelEngine::kLlama && std::filesystem::is_directory(options.model_dir, error)) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("engine llama reads GGUF files, and '{0}' is a folder: `pith convert "
                            "--gguf q8_0 {0} MODEL.gguf` makes one of it",
                            options.model_dir));
  }
  auto folder = open_model_folder(options.model_dir, EncoderTask::kTokenClassifier, options.tokenizer);
  if (!folder) return tl::unexpected(folder.error());
  ClassifierOptions complete = options;
  complete.n_threads = *n_threads;
  complete.tokenizer = std::move(folder->tokenizer);
  return load_openvino_encoder(complete, folder->config, folder->config_text, info);
}

}  // namespace pith
