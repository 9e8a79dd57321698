// Putting a finished folder in the place of an older one in a single step.
#pragma once

#include <string>

#include "pith/result.h"

namespace pith {

/// Makes `to` another name of the file `from` (a copy where the file system has no hard links); nothing to do when they
/// are the same path. What was at `to` is replaced. Errors: kIo.
[[nodiscard]] Result<void> link_file(const std::string& from, const std::string& to);

/// Moves the folder `from` to `to`, on disk when it returns. A folder that pull made before (with pith.json in it) and
/// that is there changes places with it; anything else that is there is refused. Errors: kIo.
[[nodiscard]] Result<void> put_folder_in_place(const std::string& from, const std::string& to);

}  // namespace pith
