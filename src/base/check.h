// PITH_CHECK: an invariant of ours, not of the caller's. It throws, so that a server answers 500 and lives.
#pragma once

#include <stdexcept>
#include <string>

namespace pith {

/// Thrown when an invariant of Pith itself is broken; caught at the doors and turned into ErrorCode::kInternal.
class InvariantBroken : public std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void check_failed(const char* expression, const char* file, int line, const std::string& values) {
  throw InvariantBroken(std::string(file) + ":" + std::to_string(line) + ": " + expression +
                        (values.empty() ? "" : " (" + values + ")"));
}

}  // namespace pith

/// PITH_CHECK(condition, "values worth knowing") - the second argument may be empty.
#define PITH_CHECK(condition, values)                                 \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::pith::check_failed(#condition, __FILE__, __LINE__, (values)); \
  } while (false)
