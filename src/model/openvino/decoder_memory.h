// What a session remembers: keys and values of every layer, in memory that is ours, so that stretches of it can be
// forgotten, moved and copied, and that a network's inputs can view.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "pith/result.h"

namespace pith {

/// Not thread-safe.
class DecoderMemory {
 public:
  struct Shape {
    std::size_t n_layers = 0, n_heads = 0, head_size = 0;  ///< heads of keys and values
  };

  explicit DecoderMemory(const Shape& shape) : shape_(shape) {}

  [[nodiscard]] std::size_t n_tokens() const { return n_tokens_; }

  /// Makes room for `n_tokens` in all; what is remembered moves. Errors: kTooLarge (no memory), and then nothing has
  /// changed.
  [[nodiscard]] Result<void> reserve(std::size_t n_tokens);
  /// Room in tokens: a multiple of kRoomStep.
  [[nodiscard]] std::size_t room() const { return room_; }
  static constexpr std::size_t kRoomStep = 512;

  /// Plane 2 * layer holds its keys, 2 * layer + 1 its values.
  [[nodiscard]] std::size_t n_planes() const { return 2 * shape_.n_layers; }
  /// Copies the first `n_tokens` of a plane to out [n_heads, n_tokens, head_size]; zeros for those behind n_tokens().
  void read(std::size_t plane, std::size_t n_tokens, std::span<float> out) const;

  /// Puts the first `n_new` tokens of `values` [n_heads, n_given, head_size] behind what is in a plane. When all planes
  /// have theirs, grow() counts them. REQUIRES: n_tokens() + n_new <= room().
  void write(std::size_t plane, std::span<const float> values, std::size_t n_given, std::size_t n_new);
  void grow(std::size_t n_new) { n_tokens_ += n_new; }

  void truncate(std::size_t n_tokens) { n_tokens_ = n_tokens; }
  /// Forgets tokens [begin, end).
  void remove(std::size_t begin, std::size_t end);
  /// Turns the keys of tokens from `begin` on back by n_tokens positions. `angle_per_token` [head_size / 2], radians.
  void turn_back(std::size_t begin, std::size_t n_tokens, std::span<const double> angle_per_token);

  /// Errors: kTooLarge.
  [[nodiscard]] Result<DecoderMemory> copy() const;

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };

  /// The row of head `head` of a plane, room() * head_size values.
  [[nodiscard]] float* head(std::size_t plane, std::size_t head) const {
    return values_.get() + (plane * shape_.n_heads + head) * room_ * shape_.head_size;
  }

  Shape shape_;
  std::size_t n_tokens_ = 0;
  std::size_t room_ = 0;
  std::unique_ptr<float, Free> values_;  ///< [2 * n_layers, n_heads, room_, head_size]
};

}  // namespace pith
