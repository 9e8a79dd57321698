// `context_budget`: what the published library writes behind a number and evaluates as code, as a small grammar.
#pragma once

#include <string_view>

#include "pith/result.h"

namespace pith {

/// `budget` followed by `suffix`, a chain of + - * / and decimal numbers such as "+100", "*1.5" or "*2+100", products
/// before sums. "" leaves it as it is. Errors: kInvalidArgument for
/// anything else, a division by zero, and a result that is not finite.
[[nodiscard]] Result<double> apply_context_budget(double budget, std::string_view suffix);

}  // namespace pith
