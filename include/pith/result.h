// Result<T>: what every function returns that a caller's input or a file can make fail.
//
//   Result<Model> m = load(path);
//   if (!m) return tl::unexpected(m.error());   // Error{code, message}
//   use(*m);
//
// Exceptions are left to broken invariants (PITH_CHECK) and to libraries that throw; they are caught at the doors
// (main, C ABI, HTTP handler, thread entry, Python module). tl::expected has the shape of C++23's std::expected and
// will be replaced by it.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace pith {

/// The closed list of things that can go wrong. src/base/error_table.h maps each to its name, exit code and (later)
/// HTTP status; a test walks the table.
enum class ErrorCode {
  kInvalidArgument,  ///< a value the caller gave is outside its range or contradicts another one
  kUnknownField,     ///< a JSON field, flag or name that does not exist (the message suggests the nearest)
  kBadInput,         ///< input that cannot be parsed (JSON syntax, a broken JSONL line)
  kBudgetTooSmall,   ///< forced units alone exceed the asked budget
  kTooLarge,         ///< a documented cap was reached (input bytes, tensor sizes)
  kNotFound,         ///< a file, model or tokenizer that is not there
  kIo,               ///< reading or writing failed
  kBadModel,         ///< a model file that is truncated, inconsistent or of the wrong shape
  kUnsupported,      ///< a well-formed request for something Pith does not do (yet)
  kCancelled,        ///< the caller's progress callback asked to stop
  kInternal,         ///< an invariant broke or a library threw; a bug
};

/// `message` names the thing, the values and the next step, in one sentence without a trailing newline.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand: `return fail(ErrorCode::kNotFound, "no such model: x");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace pith
