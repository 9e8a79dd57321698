// Windows over a long token sequence. An encoder reads a few hundred tokens at a time; neighbouring windows overlap,
// and each token is judged in the window where it has most context, so that no word is judged at an edge it does not
// really have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pith {

/// Token indices. The model reads [begin, end); results are taken from [use_begin, use_end) within it.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t use_begin = 0;
  std::size_t use_end = 0;

  friend bool operator==(const Window&, const Window&) = default;
};

/// Covers n_tokens with the fewest windows of at most `capacity` tokens of which neighbours share at least `overlap`,
/// full ones from the start on but for the last two, which are of nearly the same length: a text that grows keeps all
/// of its windows but these. The use ranges tile [0, n_tokens) exactly. A seam lies in the middle of an overlap, or at
/// the position nearest to it in the overlap's middle half that follows a token flagged in `is_chunk_end` (empty:
/// none). Depends on the arguments alone. REQUIRES: capacity > overlap; is_chunk_end empty or of size n_tokens.
[[nodiscard]] std::vector<Window> plan_windows(std::size_t n_tokens, std::size_t capacity, std::size_t overlap,
                                               std::span<const std::uint8_t> is_chunk_end);

}  // namespace pith
