// Real text for the micro benchmarks: bench/data/long.txt, about 265 kB of English.
#pragma once

#include <string>
#include <string_view>

#include "compress/prepared_context.h"

namespace pith::bench {

/// The first n_bytes of the text, which begins again where it ends. Whole characters; the file is ASCII but for a few.
[[nodiscard]] std::string text_of(std::size_t n_bytes);

/// `text` (which must outlive the result) segmented, with pseudo-random scores from a fixed seed, ready for ranking.
[[nodiscard]] PreparedContext prepare(std::string_view text);

}  // namespace pith::bench
