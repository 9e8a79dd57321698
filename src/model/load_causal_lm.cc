#include "model/load_causal_lm.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "model/llama/llama_causal_lm.h"
#include "model/model_folder.h"
#include "model/openvino/checked_decoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

/// The file itself, or the one GGUF file of a folder.
Result<std::string> find_gguf(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  std::string found;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() != ".gguf") continue;
    if (!found.empty()) {
      return fail(ErrorCode::kBadModel, fmt::format("{} holds more than one GGUF file; name the one to load", path));
    }
    found = entries->path().string();
  }
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", path, error.message()));
  if (found.empty())
    return fail(ErrorCode::kBadModel, fmt::format("{} holds no GGUF file of a causal model; `pith models pull "
                                                  "smollm2-135m` fetches one",
                                                  path));
  return found;
}

/// MemAvailable in bytes; 0 where it is not known.
std::uint64_t available_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  for (std::uint64_t n = 0; file >> key >> n;) {
    if (key == "MemAvailable:") return n * 1024;
    std::getline(file, unit);
  }
  return 0;
}

}  // namespace

Result<CausalMemory> estimate_causal_memory(const CausalOptions& options) {
  const auto path = find_gguf(options.path);
  if (!path) return tl::unexpected(path.error());
  return estimate_llama_memory(*path, options.max_context_tokens);
}

Result<std::shared_ptr<const CausalLm>> load_causal_lm(const CausalOptions& asked, std::vector<std::string>* warnings) {
  const auto path = find_gguf(asked.path);
  if (!path) return tl::unexpected(path.error());
  const auto n_threads = chosen_threads(asked.n_threads);
  if (!n_threads) return tl::unexpected(n_threads.error());
  CausalOptions options = asked;
  options.path = *path;
  options.n_threads = *n_threads;
  const auto memory = estimate_llama_memory(*path, options.max_context_tokens);
  if (!memory) return tl::unexpected(memory.error());
  const std::uint64_t needed = memory->weights_bytes + memory->kv_cache_bytes + memory->scratch_bytes;
  const std::uint64_t available = available_bytes();
  if (options.device != Device::kGpu && available != 0 && needed > available) {
    return fail(
        ErrorCode::kTooLarge,
        fmt::format("{} needs about {} MB with a context of its full length, and {} MB are available; a smaller "
                    "max_context_tokens or model may fit",
                    *path, needed / 1000000, available / 1000000));
  }
  if (options.engine == ModelEngine::kOpenVino) {
    if (options.device == Device::kGpu) {
      return fail(ErrorCode::kUnsupported, "OpenVINO runs causal models on the CPU; use engine llama for a GPU");
    }
    return load_decoder(options, available);
  }
  if (options.engine == ModelEngine::kAuto && !computes_on_gpu(options)) {
    auto decoder = load_decoder(options, available);
    Result<void> checked;
    if (decoder) checked = check_decoder(**decoder, options);
    if (decoder && checked) return decoder;
    const Error& error = decoder ? checked.error() : decoder.error();
    if (warnings != nullptr) warnings->push_back(fmt::format("llama.cpp is used, not OpenVINO: {}", error.message));
  }
  return load_llama_causal_lm(*path, {.device = options.device,
                                      .n_threads = *n_threads,
                                      .n_gpu_layers = options.n_gpu_layers,
                                      .max_context_tokens = options.max_context_tokens});
}

}  // namespace pith
