// Commas inside numbers: "1,234,567.89", "1,00,000" and "3,14" are one word; "1,2,3" and a CSV row are not.
#pragma once

#include "text/chunk.h"

namespace pith {

/// Decides once per stretch of digits, dots and commas, so a long row of numbers costs one pass.
template <class Chunk>
class NumberCommas {
 public:
  explicit NumberCommas(const ChunkView<Chunk>& view) : view_(view) {}

  /// Whether the comma at symbol `at` is part of a number, within a token that begins at symbol `token_begin`.
  [[nodiscard]] bool joins(std::size_t at, std::size_t token_begin) {
    if (at == token_begin || !view_.is(at - 1, kDigit) || !view_.is(at + 1, kDigit)) return false;
    if (at >= decided_end_) decide(at, token_begin);
    return joins_;
  }

 private:
  /// `comma` is the first comma of its stretch.
  void decide(std::size_t comma, std::size_t token_begin) {
    std::size_t begin = comma;
    std::size_t last_dot_before = comma;
    while (begin > token_begin && (view_.is(begin - 1, kDigit) || view_.character(begin - 1) == '.')) {
      --begin;
      if (view_.character(begin) == '.' && last_dot_before == comma) last_dot_before = begin;
    }
    const bool dot_before = last_dot_before != comma;
    const std::size_t lead = comma - begin;

    bool groups_of_two_or_three = true;
    bool dot_after = false;
    std::size_t n_commas = 0;
    std::size_t width = 0;
    std::size_t at = comma;
    while (true) {
      const char32_t c = view_.character(at);
      if (view_.is(at, kDigit)) {
        ++width;
      } else if (c == ',' && view_.is(at + 1, kDigit)) {
        if (dot_after) groups_of_two_or_three = false;
        if (n_commas > 0 && width != 2 && width != 3) groups_of_two_or_three = false;
        ++n_commas;
        width = 0;
      } else if (c == '.' && view_.is(at + 1, kDigit)) {
        if (!dot_after && width != 3) groups_of_two_or_three = false;
        dot_after = true;
      } else {
        break;
      }
      ++at;
    }
    const bool list_goes_on = view_.character(at) == ',' && at + 1 < view_.size();
    const bool grouped =
        groups_of_two_or_three && !dot_before && lead >= 1 && lead <= 3 && (dot_after || width == 3) && !list_goes_on;
    // But for a sign or a currency; and "[2,3]" is a list.
    const bool alone = begin <= token_begin + 1 && (token_begin == 0 || view_.character(token_begin - 1) != '[');
    const bool decimal =
        n_commas == 1 && !dot_after && (!dot_before || comma - last_dot_before == 4) && alone && !list_goes_on;
    decided_end_ = at;
    joins_ = grouped || decimal;
  }

  const ChunkView<Chunk>& view_;
  std::size_t decided_end_ = 0;
  bool joins_ = false;
};

}  // namespace pith
