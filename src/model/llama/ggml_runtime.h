// ggml's back ends: found and loaded once per process, its messages kept from standard error.
//
// ggml loads back ends as plugins that lie beside its library (libggml-cpu-*.so: one per generation of instructions, of
// which it picks the best that this CPU can run; libggml-cuda.so and so on where they were built).
#pragma once

#include <ggml-backend.h>

#include <memory>
#include <string>

#include "pith/result.h"

namespace pith {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using GgmlContext = std::unique_ptr<ggml_context, FreeWith<ggml_free>>;
using GgmlBackend = std::unique_ptr<ggml_backend, FreeWith<ggml_backend_free>>;
using GgmlBuffer = std::unique_ptr<ggml_backend_buffer, FreeWith<ggml_backend_buffer_free>>;
using GgmlScheduler = std::unique_ptr<ggml_backend_sched, FreeWith<ggml_backend_sched_free>>;

/// The devices of this machine.
struct GgmlDevices {
  ggml_backend_dev_t cpu = nullptr;
  ggml_backend_dev_t gpu = nullptr;  ///< the first one that ggml names; null when there is none
};

/// Thread-safe. Errors: kInternal when no back end can be loaded; the message says where they were looked for.
[[nodiscard]] Result<GgmlDevices> ggml_devices();

/// A back end of `device`, on one thread if it is the CPU. Errors: kInternal, with ggml's own words.
[[nodiscard]] Result<GgmlBackend> make_backend(ggml_backend_dev_t device);

/// The last error that ggml reported on this thread since the last call, in parentheses, or "".
[[nodiscard]] std::string take_ggml_error();

/// "0.25.3".
[[nodiscard]] std::string ggml_version_text();

}  // namespace pith
