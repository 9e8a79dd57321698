#include "model/llama/ggml_runtime.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <ggml.h>

#include <filesystem>
#include <utility>

namespace pith {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): ggml's log has no other place to go
thread_local std::string last_error;

/// A message may come in pieces; those of an error follow each other.
void keep_errors(ggml_log_level level, const char* text, void* /*user_data*/) {
  if (level == GGML_LOG_LEVEL_ERROR) last_error = text;
  if (level == GGML_LOG_LEVEL_CONT && !last_error.empty()) last_error += text;
}

/// The folder of libggml.
std::string plugin_folder() {
  // Not the function's address in this program, which may be a stub that belongs to the program.
  void* function = ::dlsym(RTLD_DEFAULT, "ggml_backend_load_all_from_path");
  Dl_info info{};
  if (function == nullptr || ::dladdr(function, &info) == 0 || info.dli_fname == nullptr) return "";
  return std::filesystem::path(info.dli_fname).parent_path().string();
}

Result<GgmlDevices> load_devices() {
  ggml_log_set(keep_errors, nullptr);
  const std::string folder = plugin_folder();
  ggml_backend_load_all_from_path(folder.c_str());
  GgmlDevices devices{.cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU),
                      .gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU)};
  if (devices.gpu == nullptr) devices.gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_IGPU);
  if (devices.cpu == nullptr) {
    return fail(
        ErrorCode::kInternal,
        fmt::format("no CPU back end of ggml can be loaded from '{}' (libggml-cpu-*.so){}", folder, take_ggml_error()));
  }
  return devices;
}

}  // namespace

Result<GgmlDevices> ggml_devices() {
  static const Result<GgmlDevices> devices = load_devices();
  return devices;
}

Result<GgmlBackend> make_backend(ggml_backend_dev_t device) {
  GgmlBackend backend(ggml_backend_dev_init(device, nullptr));
  if (backend == nullptr) {
    return fail(ErrorCode::kInternal,
                fmt::format("ggml cannot use {}{}", ggml_backend_dev_description(device), take_ggml_error()));
  }
  if (ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_CPU) {
    // The function is in the plugin, so it is asked for by name.
    void* function =
        ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device), "ggml_backend_set_n_threads");
    if (function == nullptr) return fail(ErrorCode::kInternal, "ggml's CPU back end has no ggml_backend_set_n_threads");
    reinterpret_cast<ggml_backend_set_n_threads_t>(function)(backend.get(), 1);
  }
  return backend;
}

std::string take_ggml_error() {
  std::string text = std::exchange(last_error, {});
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.empty() ? "" : " (" + text + ")";
}

std::string ggml_version_text() { return ggml_version(); }

}  // namespace pith
