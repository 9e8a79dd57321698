// The command line as a function: everything `pith` does, with the engine and the three standard streams passed in, so
// that tests run it with a fake engine. main() only adds the real ones.
#pragma once

#include <functional>
#include <memory>

#include "pith/engine.h"
#include "pith/result.h"

namespace pith::cli {

using EngineFactory = std::function<Result<std::shared_ptr<const Engine>>(const EngineOptions&)>;

struct Environment {
  int stdin_fd = 0;
  int stdout_fd = 1;
  int stderr_fd = 2;
  EngineFactory create_engine = Engine::create;  ///< called only by commands that compress
};

/// Parses, runs one command, reports errors as `pith: error: ...` on stderr and returns the exit code. Never throws.
[[nodiscard]] int run(int argc, const char* const* argv, const Environment& environment);

}  // namespace pith::cli
