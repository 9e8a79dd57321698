// What Python does with slices, lists to be sorted and white space, where the published library relies on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pith {

/// Where a slice bound falls in a sequence of `size`: negative ones count from the end, all are clamped to [0, size].
[[nodiscard]] std::size_t python_slice_bound(std::int64_t bound, std::size_t size);

/// The order list.sort() brings `keys` into, as their indices: ascending, stable. A NaN compares false with everything,
/// so what happens to it depends on the algorithm; for fewer than 64 keys that is CPython 3.11's. n log n, with a NaN
/// n^2 moves of an index.
[[nodiscard]] std::vector<std::size_t> python_sort_order(std::span<const double> keys);

/// Code points that str.strip() and str.isspace() take for white space.
[[nodiscard]] bool is_python_white_space(char32_t c);
[[nodiscard]] std::string_view python_strip(std::string_view text);

/// bytes.decode(errors="replace"): U+FFFD for each maximal invalid sequence.
[[nodiscard]] std::string decode_utf8_with_replacement(std::string_view bytes);

/// len() of the text.
[[nodiscard]] std::size_t n_code_points(std::string_view text);

/// text[:n] in code points.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t n);

/// "\n\n".join()
[[nodiscard]] std::string join_by_blank_lines(std::span<const std::string> parts);

}  // namespace pith
