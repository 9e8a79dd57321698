// The scores of a Unigram vocabulary, rounded as the library that models are measured with rounds them.
#pragma once

#include <string_view>
#include <vector>

namespace pith {

/// A JSON number as serde_json (Rust, without its feature float_roundtrip) reads it: the digits as an integer of 64
/// bits, further ones ignored, times or by a power of ten. The last bit differs from the nearest double for one number
/// in seven, and the best of two paths with nearly equal scores can hang on it. NaN for what overflows or is no number.
[[nodiscard]] double read_score(std::string_view number);

/// Numbers at model.vocab[i][j] of a tokenizer.json, in order, by read_score(). REQUIRES: `text` is valid JSON, as
/// parse_json() takes it.
[[nodiscard]] std::vector<double> read_scores(std::string_view text);

}  // namespace pith
