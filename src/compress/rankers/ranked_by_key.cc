#include "compress/rankers/ranked_by_key.h"

#include <algorithm>
#include <cmath>

namespace pith {

std::vector<RankedContext> ranked_by_key(std::span<const double> keys, BestKey best) {
  std::vector<RankedContext> order;
  order.reserve(keys.size());
  for (std::size_t c = 0; c < keys.size(); ++c) order.push_back({c, keys[c]});
  std::stable_sort(order.begin(), order.end(), [best](const RankedContext& a, const RankedContext& b) {
    if (std::isnan(a.key) || std::isnan(b.key)) return !std::isnan(a.key) && std::isnan(b.key);
    return best == BestKey::kHighest ? a.key > b.key : a.key < b.key;
  });
  return order;
}

}  // namespace pith
