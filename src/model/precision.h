// How a Precision is spelled: in requests, flags, cache keys and descriptions.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "pith/compress.h"

namespace pith {

inline constexpr std::array<std::pair<std::string_view, Precision>, 4> kPrecisions{
    {{"int8", Precision::kInt8}, {"bf16", Precision::kBf16}, {"f16", Precision::kF16}, {"f32", Precision::kF32}}};

[[nodiscard]] constexpr std::string_view precision_name(Precision precision) {
  return std::ranges::find(kPrecisions, precision, &std::pair<std::string_view, Precision>::second)->first;
}

}  // namespace pith
