// What about this CPU decides which code is generated for it.
#pragma once

#include <string>

namespace pith {

/// Feature registers as text. Equal on machines that can share compiled networks; costs microseconds.
[[nodiscard]] std::string cpu_identity();

}  // namespace pith
