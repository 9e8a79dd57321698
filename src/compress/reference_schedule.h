// How the published library spreads a budget over the windows of its token filter.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "compress/reference_tags.h"

namespace pith {

/// One bucket of pieces per window: the first has window - 1 places, later ones `window`. A context's ratio is what the
/// target leaves on average plus its own dynamic ratio, clamped to [0, 1]. `n_tokens` are the contexts' lengths plus 2
/// each, for the blank line. Pieces of 0 tokens can occur. Linear in contexts plus buckets.
/// REQUIRES: window > 0; dynamic_ratios.size() >= n_tokens.size().
[[nodiscard]] std::vector<std::vector<ReferencePiece>> schedule_reference_windows(
    std::span<const std::size_t> n_tokens, double target, std::size_t window, std::span<const double> dynamic_ratios);

}  // namespace pith
