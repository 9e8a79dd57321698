#include "model/openvino/decoder_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace pith {

Result<void> DecoderMemory::reserve(std::size_t n_tokens) {
  if (n_tokens <= room_) return {};
  DecoderMemory larger(shape_);
  larger.room_ = (n_tokens + kRoomStep - 1) / kRoomStep * kRoomStep;
  const std::size_t n_heads = n_planes() * shape_.n_heads;
  // Zeroed by the system, page by page when it is touched.
  larger.values_.reset(static_cast<float*>(std::calloc(n_heads * larger.room_, shape_.head_size * sizeof(float))));
  if (larger.values_ == nullptr) {
    return fail(ErrorCode::kTooLarge, fmt::format("no memory for what is to be remembered of {} tokens", n_tokens));
  }
  larger.n_tokens_ = n_tokens_;
  for (std::size_t plane = 0; plane < n_planes() && n_tokens_ > 0; ++plane) {
    for (std::size_t h = 0; h < shape_.n_heads; ++h) {
      std::copy_n(head(plane, h), n_tokens_ * shape_.head_size, larger.head(plane, h));
    }
  }
  *this = std::move(larger);
  return {};
}

Result<DecoderMemory> DecoderMemory::copy() const {
  DecoderMemory other(shape_);
  if (auto ok = other.reserve(n_tokens_); !ok) return tl::unexpected(ok.error());
  other.n_tokens_ = n_tokens_;
  for (std::size_t plane = 0; plane < n_planes() && n_tokens_ > 0; ++plane) {
    for (std::size_t h = 0; h < shape_.n_heads; ++h) {
      std::copy_n(head(plane, h), n_tokens_ * shape_.head_size, other.head(plane, h));
    }
  }
  return other;
}

void DecoderMemory::read(std::size_t plane, std::size_t n_tokens, std::span<float> out) const {
  const std::size_t d = shape_.head_size;
  const std::size_t n_kept = std::min(n_tokens, n_tokens_) * d;
  PITH_CHECK(out.size() == shape_.n_heads * n_tokens * d, "");
  for (std::size_t h = 0; h < shape_.n_heads; ++h) {
    const auto part = out.subspan(h * n_tokens * d, n_tokens * d);
    if (n_kept > 0) std::copy_n(head(plane, h), n_kept, part.begin());
    std::ranges::fill(part.subspan(n_kept), 0.0F);
  }
}

void DecoderMemory::write(std::size_t plane, std::span<const float> values, std::size_t n_given, std::size_t n_new) {
  const std::size_t d = shape_.head_size;
  PITH_CHECK(values.size() == shape_.n_heads * n_given * d && n_new <= n_given && n_tokens_ + n_new <= room_, "");
  for (std::size_t h = 0; h < shape_.n_heads; ++h) {
    std::copy_n(values.data() + h * n_given * d, n_new * d, head(plane, h) + n_tokens_ * d);
  }
}

void DecoderMemory::remove(std::size_t begin, std::size_t end) {
  const std::size_t d = shape_.head_size;
  for (std::size_t plane = 0; plane < n_planes() && end < n_tokens_; ++plane) {
    for (std::size_t h = 0; h < shape_.n_heads; ++h) {
      float* const row = head(plane, h);
      std::memmove(row + begin * d, row + end * d, (n_tokens_ - end) * d * sizeof(float));
    }
  }
  n_tokens_ -= end - begin;
}

void DecoderMemory::turn_back(std::size_t begin, std::size_t n_tokens, std::span<const double> angle_per_token) {
  const std::size_t half = shape_.head_size / 2;
  std::vector<double> cos(half), sin(half);
  for (std::size_t i = 0; i < half; ++i) {
    const double angle = -static_cast<double>(n_tokens) * angle_per_token[i];
    cos[i] = std::cos(angle);
    sin[i] = std::sin(angle);
  }
  for (std::size_t plane = 0; plane < n_planes(); plane += 2) {
    for (std::size_t h = 0; h < shape_.n_heads; ++h) {
      for (std::size_t t = begin; t < n_tokens_; ++t) {
        float* const key = head(plane, h) + t * shape_.head_size;
        for (std::size_t i = 0; i < half; ++i) {
          const auto x = static_cast<double>(key[i]);
          const auto y = static_cast<double>(key[half + i]);
          key[i] = static_cast<float>(x * cos[i] - y * sin[i]);
          key[half + i] = static_cast<float>(y * cos[i] + x * sin[i]);
        }
      }
    }
  }
}

}  // namespace pith
