// Where things lie on a user's machine.
#pragma once

#include <string>

namespace pith {

/// $PITH_CACHE, else $XDG_CACHE_HOME/pith, else ~/.cache/pith; not created here.
[[nodiscard]] std::string cache_dir();

/// The folder with what ships beside the program (models/, tokenizers/): $PITH_DATA, else share/pith next to the
/// running program's bin/ folder, else the folder given at build time for installed libraries.
[[nodiscard]] std::string data_dir();

}  // namespace pith
