// What the far end of a file descriptor can show.
#pragma once

#include <cstddef>
#include <string_view>

namespace pith::cli {

enum class ColorMode { kAuto, kAlways, kNever };

[[nodiscard]] bool is_terminal(int fd);

/// kAuto: only on a terminal that is not "dumb", and never with NO_COLOR set (https://no-color.org).
[[nodiscard]] bool use_color(ColorMode mode, int fd);

/// Columns of the terminal behind `fd`; 80 when it is none.
[[nodiscard]] std::size_t terminal_columns(int fd);

}  // namespace pith::cli
