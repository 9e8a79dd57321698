// Lets GoogleTest print an Error.
#pragma once

#include <ostream>

#include "pith/result.h"

namespace pith {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << "error " << static_cast<int>(error.code) << ": " << error.message;
}

}  // namespace pith
