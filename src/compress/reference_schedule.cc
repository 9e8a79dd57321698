#include "compress/reference_schedule.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace pith {

std::vector<std::vector<ReferencePiece>> schedule_reference_windows(std::span<const std::size_t> n_tokens,
                                                                    double target, std::size_t window,
                                                                    std::span<const double> dynamic_ratios) {
  PITH_CHECK(window > 0 && dynamic_ratios.size() >= n_tokens.size(), "");
  const std::size_t n_all = std::accumulate(n_tokens.begin(), n_tokens.end(), std::size_t{0});
  const double mean_ratio = target / (static_cast<double>(n_all) + 1);
  std::vector<std::vector<ReferencePiece>> buckets;
  std::vector<ReferencePiece> bucket;
  std::size_t n_filled = 1;  // places of the bucket that are taken
  for (std::size_t i = 0; i < n_tokens.size(); ++i) {
    const double ratio = std::max(std::min(1.0, mean_ratio + dynamic_ratios[i]), 0.0);
    if (n_filled + n_tokens[i] < window) {
      bucket.push_back({n_tokens[i], ratio});
      n_filled += n_tokens[i];
      continue;
    }
    bucket.push_back({window - n_filled, ratio});
    buckets.push_back(std::move(bucket));
    n_filled = n_filled + n_tokens[i] - window;
    if (n_filled > window) {
      buckets.resize(buckets.size() + n_filled / window, {{window, ratio}});
      n_filled %= window;
    }
    bucket.clear();
    if (n_filled != 0) bucket.push_back({n_filled, ratio});
  }
  if (!bucket.empty()) buckets.push_back(std::move(bucket));
  return buckets;
}

}  // namespace pith
