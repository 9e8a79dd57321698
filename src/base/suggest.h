// "Did you mean": the nearest known name to a misspelt one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pith {

/// Edits (insert, delete, replace, swap of neighbours) between two names, case ignored for ASCII.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name nearest to `name`, or "" when none is near enough to be a plausible slip.
[[nodiscard]] std::string_view nearest_name(std::string_view name, std::span<const std::string_view> known);

/// `; did you mean "rate"?` or "".
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string_view> known);

}  // namespace pith
