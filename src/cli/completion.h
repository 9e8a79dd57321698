// Shell completion scripts, made from the commands and flags themselves so that they cannot go stale.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace pith::cli {

enum class Shell { kBash, kZsh, kFish };

/// The script for `shell`; ends with a newline. It runs nothing but shell built-ins.
[[nodiscard]] std::string completion_script(const CommandSet& commands, Shell shell);

}  // namespace pith::cli
