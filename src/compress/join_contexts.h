// The one way contexts become a prompt.
#pragma once

#include <span>
#include <string>

namespace pith {

/// Those with something in them, joined by a blank line.
[[nodiscard]] std::string join_contexts(std::span<const std::string> texts);

}  // namespace pith
