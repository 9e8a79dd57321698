#include "compress/context_budget.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace pith {
namespace {

tl::unexpected<Error> bad(std::string_view suffix, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("context_budget \"{}\" {}: give what is to be done to the budget, such as +100 or *1.5",
                          suffix.substr(0, 64), what));
}

}  // namespace

Result<double> apply_context_budget(double budget, std::string_view suffix) {
  double sum = 0;
  double product = budget;  // the term that is being read, with its sign
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < suffix.size() && suffix[at] == ' ') ++at;
  };
  for (skip_blanks(); at < suffix.size(); skip_blanks()) {
    const char sign = suffix[at++];
    if (sign != '+' && sign != '-' && sign != '*' && sign != '/') {
      return bad(suffix, fmt::format("has something else than + - * / at character {}", at));
    }
    skip_blanks();
    double number = 0;
    const char* const end = suffix.data() + suffix.size();
    const auto [last, error] = std::from_chars(suffix.data() + at, end, number);
    if (error != std::errc() || number < 0 || !std::isfinite(number)) {
      return bad(suffix, fmt::format("needs a number at character {}", at + 1));
    }
    at = static_cast<std::size_t>(last - suffix.data());
    if (sign == '*') {
      product *= number;
    } else if (sign == '/') {
      if (number == 0) return bad(suffix, "divides by zero");
      product /= number;
    } else {
      sum += product;
      product = sign == '+' ? number : -number;
    }
  }
  return sum + product;
}

}  // namespace pith
