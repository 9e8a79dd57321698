// What a text is about when no question says it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pith {

inline constexpr std::size_t kCharacteristicTerms = 20;

/// A query of at most `n_terms` words, separated by spaces: those whose terms (bm25.h; no function words) have the
/// largest n * ln((N + 1) / d) in the text, where a term occurs n times, in d of N passages; of equals the one that
/// comes first. What is said once is not what a text is about: such terms count only where no term occurs twice. Each
/// is spelled as in its first passage. Linear but for sorting the distinct terms.
[[nodiscard]] std::string characteristic_terms(std::span<const std::string_view> passages,
                                               std::size_t n_terms = kCharacteristicTerms);

}  // namespace pith
