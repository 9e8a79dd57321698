#include "compress/windows.h"

#include <algorithm>

#include "base/check.h"

namespace pith {
namespace {

/// The seam between two windows that share tokens [begin, end): the index of the first token the second one judges.
std::size_t seam(std::size_t begin, std::size_t end, std::span<const std::uint8_t> is_chunk_end) {
  const std::size_t middle = begin + (end - begin) / 2;
  if (is_chunk_end.empty()) return middle;
  const std::size_t reach = (end - begin) / 4;
  for (std::size_t distance = 0; distance <= reach; ++distance) {
    for (const std::size_t at : {middle + distance, middle - distance}) {
      if (at > begin && at < end && is_chunk_end[at - 1] != 0) return at;
    }
  }
  return middle;
}

}  // namespace

std::vector<Window> plan_windows(std::size_t n_tokens, std::size_t capacity, std::size_t overlap,
                                 std::span<const std::uint8_t> is_chunk_end) {
  PITH_CHECK(capacity > overlap, "");
  PITH_CHECK(is_chunk_end.empty() || is_chunk_end.size() == n_tokens, "");
  std::vector<Window> windows;
  if (n_tokens == 0) return windows;
  if (n_tokens <= capacity) {
    windows.push_back({0, n_tokens, 0, n_tokens});
    return windows;
  }
  const std::size_t stride = capacity - overlap;
  const std::size_t n_windows = (n_tokens - overlap + stride - 1) / stride;
  // Full windows from the start on, so that a text that grows keeps them; the last two share what is left evenly, so
  // that no token is judged in a window of a few tokens.
  const std::size_t n_full = n_windows - 2;  // there are two at least: one would have been enough above
  windows.reserve(n_windows);
  for (std::size_t i = 0; i < n_full; ++i) {
    windows.push_back({i * stride, i * stride + capacity, i * stride, i * stride + capacity});
  }
  const std::size_t rest = n_full * stride;
  const std::size_t middle = rest + (n_tokens - overlap - rest) / 2;
  windows.push_back({rest, middle + overlap, rest, middle + overlap});
  windows.push_back({middle, n_tokens, middle, n_tokens});
  for (std::size_t i = 1; i < n_windows; ++i) {
    const std::size_t at = seam(windows[i].begin, windows[i - 1].end, is_chunk_end);
    windows[i - 1].use_end = at;
    windows[i].use_begin = at;
  }
  return windows;
}

}  // namespace pith
