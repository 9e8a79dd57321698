#include <array>
#include <charconv>
#include <string>

#include "pith/compress.h"

namespace pith {
namespace {

/// printf("%.1f") in the C locale: the exact binary value, ties to even, "-0.0" and "inf" included.
std::string one_decimal(double value) {
  std::array<char, 512> digits;  // the longest finite double has 309 digits before the point
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 1).ptr;
  return std::string(digits.data(), end);
}

}  // namespace

// The order of the operations is the library's: `rate` is made from the ratio, not from the counts, and its last digit
// may differ from that of compressed / origin.
ResultFigures result_figures(std::int64_t origin_tokens, std::int64_t compressed_tokens) {
  const auto n_origin = static_cast<double>(origin_tokens);
  const auto n_compressed = static_cast<double>(compressed_tokens);
  const double ratio = compressed_tokens == 0 ? 1.0 : n_origin / n_compressed;
  const double saving = (n_origin - n_compressed) * 0.06 / 1000;
  return {.ratio = one_decimal(ratio) + "x",
          .rate = one_decimal(1 / ratio * 100) + "%",
          .saving = ", Saving $" + one_decimal(saving) + " in GPT-4."};
}

}  // namespace pith
