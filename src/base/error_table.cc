#include "base/error_table.h"

#include <array>
#include <cstddef>

#include "base/check.h"

namespace pith {
namespace {

constexpr std::array kTable{
    ErrorInfo{ErrorCode::kInvalidArgument, "invalid_argument", 2, 400,
              "a value is out of range or contradicts another"},
    ErrorInfo{ErrorCode::kUnknownField, "unknown_field", 2, 400, "no such flag, field or name"},
    ErrorInfo{ErrorCode::kBadInput, "bad_input", 3, 400, "input that cannot be parsed"},
    ErrorInfo{ErrorCode::kBudgetTooSmall, "budget_too_small", 6, 422, "what must be kept does not fit the budget"},
    ErrorInfo{ErrorCode::kTooLarge, "too_large", 3, 413, "input above a documented limit"},
    ErrorInfo{ErrorCode::kNotFound, "not_found", 4, 404, "no such file, model or tokenizer"},
    ErrorInfo{ErrorCode::kIo, "io", 5, 500, "reading or writing failed"},
    ErrorInfo{ErrorCode::kBadModel, "bad_model", 4, 500, "a damaged or unusable model"},
    ErrorInfo{ErrorCode::kUnsupported, "unsupported", 2, 501, "not available in this version"},
    ErrorInfo{ErrorCode::kCancelled, "cancelled", kExitInterrupted, 499, "interrupted; 143 by SIGTERM"},
    ErrorInfo{ErrorCode::kInternal, "internal", 70, 500, "a bug in Pith"},
};

}  // namespace

std::span<const ErrorInfo> error_table() { return kTable; }

const ErrorInfo& error_info(ErrorCode code) {
  const auto i = static_cast<std::size_t>(code);
  PITH_CHECK(i < kTable.size() && kTable[i].code == code, "error code " + std::to_string(i));
  return kTable[i];
}

}  // namespace pith
