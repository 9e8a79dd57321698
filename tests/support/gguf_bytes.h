// Writes GGUF files byte by byte, wrong ones included.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pith {

/// Appends what the format is made of; `bytes` is the file so far.
class GgufBytes {
 public:
  std::string bytes;

  template <class T>
  GgufBytes& number(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  GgufBytes& u32(std::uint32_t value) { return number(value); }
  GgufBytes& u64(std::uint64_t value) { return number(value); }
  GgufBytes& text(std::string_view value) {
    u64(value.size());
    bytes += value;
    return *this;
  }
  GgufBytes& head(std::uint64_t n_tensors, std::uint64_t n_keys, std::uint32_t version = 3) {
    bytes += "GGUF";
    return u32(version).u64(n_tensors).u64(n_keys);
  }
  /// A key with a string (type 8).
  GgufBytes& text_key(std::string_view key, std::string_view value) { return text(key).u32(8).text(value); }
  /// A key with a u32 (type 4).
  GgufBytes& u32_key(std::string_view key, std::uint32_t value) { return text(key).u32(4).u32(value); }
  /// `ne` innermost first; type 0 is F32.
  GgufBytes& tensor(std::string_view name, const std::vector<std::uint64_t>& ne, std::uint32_t type,
                    std::uint64_t offset) {
    text(name).u32(static_cast<std::uint32_t>(ne.size()));
    for (const std::uint64_t n : ne) u64(n);
    return u32(type).u64(offset);
  }
  GgufBytes& pad(std::size_t alignment = 32) {
    while (bytes.size() % alignment != 0) bytes += '\0';
    return *this;
  }
  GgufBytes& zeros(std::size_t n) {
    bytes.append(n, '\0');
    return *this;
  }
};

}  // namespace pith
