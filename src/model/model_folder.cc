#include "model/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "model/load_classifier.h"
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

Result<int> chosen_threads(int n_threads) {
  if (n_threads < 0 || n_threads > kMaxThreads) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("n_threads must be from 0 to {}, found {}", kMaxThreads, n_threads));
  }
  return n_threads == 0 ? usable_cores() : n_threads;
}

Result<ModelFolder> open_model_folder(const std::string& model_dir, EncoderTask task,
                                      std::shared_ptr<const Tokenizer> tokenizer) {
  std::error_code error;
  if (!std::filesystem::is_directory(model_dir, error)) {
    return fail(ErrorCode::kNotFound, fmt::format("no model folder '{}': expected a folder with config.json, "
                                                  "model.safetensors and the tokenizer's files",
                                                  model_dir));
  }
  auto loaded = load_encoder_config(model_dir, task);
  if (!loaded) return tl::unexpected(loaded.error());
  if (tokenizer == nullptr) {
    auto own = load_tokenizer(model_dir);
    if (!own) return tl::unexpected(own.error());
    tokenizer = std::move(*own);
  }
  if (tokenizer->vocab_size() > static_cast<std::size_t>(loaded->config.vocab_size)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}/config.json: vocab_size is {}, but the tokenizer has ids up to {}", model_dir,
                            loaded->config.vocab_size, tokenizer->vocab_size() - 1));
  }
  return ModelFolder{std::move(loaded->config), std::move(loaded->text), std::move(tokenizer)};
}

}  // namespace pith
