// Contexts by the normalised compression distance to the question (Li et al. 2004, "The similarity metric"; Jiang et
// al. 2023, arXiv 2212.09410): what helps to compress the question is like it. With C(x) the bytes of x as a gzip file
// at level 9, the key is (C(d + " " + q) - min(C(d), C(q))) / max(C(d), C(q)); the lowest is best. Those of the
// published library, to the bit, with the same zlib.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "compress/context_ranker.h"

namespace pith {

class GzipRanker final : public ContextRanker {
 public:
  /// `progress` counts bytes.
  [[nodiscard]] Result<std::vector<RankedContext>> rank(std::string_view question,
                                                        std::span<const std::string_view> contexts,
                                                        const ProgressCallback& progress = {}) const override;
};

/// The keys of `contexts`. `progress` counts bytes. Errors: kCancelled.
[[nodiscard]] Result<std::vector<double>> gzip_distances(std::string_view question,
                                                         std::span<const std::string_view> contexts,
                                                         const ProgressCallback& progress = {});

/// C(x). REQUIRES: less than 4 GiB. For tests.
[[nodiscard]] std::size_t gzip_bytes(std::string_view text);

}  // namespace pith
