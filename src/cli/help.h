// Help texts, made from the flags themselves. Own formatting, so that they read the same with every CLI11 version.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace pith::cli {

/// `command`'s help, at most `columns` wide where words allow it; ends with a newline.
[[nodiscard]] std::string help_text(const CommandSet& commands, const Command& command, std::size_t columns);

/// `text` with lines broken at spaces; lines after the first start with `indent` spaces. Newlines in it stay.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

/// "pith models show"
[[nodiscard]] std::string full_name(const CLI::App* app);

}  // namespace pith::cli
