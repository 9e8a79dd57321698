#include "compress/context_budget.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

namespace pith {
namespace {

std::string_view without_spaces_in_front(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

tl::unexpected<Error> not_arithmetic(std::string_view suffix) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("context_budget \"{}\" is no chain of + - * / and numbers, such as \"+100\" or \"*1.5\"",
                          suffix.substr(0, 64)));
}

double added(double sum, char sign, double term) { return sign == '+' ? sum + term : sum - term; }

}  // namespace

Result<double> apply_context_budget(double budget, std::string_view suffix) {
  std::optional<double> sum;  // of the terms before the last
  char sign = '+';            // of the last term
  double term = budget;
  std::string_view rest = without_spaces_in_front(suffix);
  while (!rest.empty()) {
    const char op = rest.front();
    rest = without_spaces_in_front(rest.substr(1));
    double number = 0;
    if (rest.empty() || !((rest.front() >= '0' && rest.front() <= '9') || rest.front() == '.')) {
      return not_arithmetic(suffix);
    }
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) return not_arithmetic(suffix);
    rest = without_spaces_in_front(rest.substr(static_cast<std::size_t>(stop - rest.data())));
    if (op == '*') {
      term *= number;
    } else if (op == '/') {
      if (number == 0) return fail(ErrorCode::kInvalidArgument, "context_budget divides by zero");
      term /= number;
    } else if (op == '+' || op == '-') {
      sum = sum ? added(*sum, sign, term) : term;
      sign = op;
      term = number;
    } else {
      return not_arithmetic(suffix);
    }
  }
  const double result = sum ? added(*sum, sign, term) : term;
  if (!std::isfinite(result)) return fail(ErrorCode::kInvalidArgument, "context_budget gives no finite number");
  return result;
}

}  // namespace pith
