// Reader of the GGUF format, in which llama.cpp and ggml keep models:
//
//   4 bytes   "GGUF", then u32 version (2 or 3), u64 number of tensors, u64 number of keys; all little-endian
//   keys      string name, u32 value type, value; a string is a u64 length and its bytes, an array a u32 element type,
//             a u64 count and the elements
//   tensors   string name, u32 number of dimensions, u64 each (innermost first), u32 ggml type, u64 offset
//   the rest  from the next multiple of general.alignment (32 unless given) on: tensor bytes; offsets count from there
//
// Files come from strangers, and the libraries that read this format abort the process on some bad ones. So every file
// is read by this first: counts, lengths, types, sizes, offsets and the size of the file are checked against each other
// before anything is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/mapped_file.h"
#include "model/safetensors.h"
#include "pith/result.h"

namespace pith {

/// A value of the header. Integers of all widths are one of the two 64-bit forms; views live as long as the file.
using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string_view,
                               std::vector<std::string_view>, std::vector<float>, std::vector<std::int64_t>>;

/// A tensor of an open file.
struct GgufTensor {
  std::string name;
  int type = 0;            ///< ggml_type
  Shape shape;             ///< outermost dimension first, as everywhere in Pith; ggml's `ne` is this backwards
  std::string_view bytes;  ///< of the file; starts on a multiple of its alignment
};

// Above these a file is refused. The largest published models have a tenth of them.
inline constexpr std::uint64_t kMaxGgufTensors = 1U << 16;
inline constexpr std::uint64_t kMaxGgufKeys = 1U << 12;
inline constexpr std::uint64_t kMaxGgufKeyBytes = 256;
inline constexpr std::uint64_t kMaxGgufTensorNameBytes = 63;
inline constexpr std::uint64_t kMaxGgufArrayElements = 1U << 24;
inline constexpr std::uint64_t kMaxGgufAlignment = 1U << 16;

/// An open file. Immutable; views are valid until it is destroyed, moving keeps them valid.
class GgufFile {
 public:
  /// Maps the file and checks it. Errors: kNotFound, kIo; kBadModel when truncated or inconsistent (the message names
  /// the file, the key or tensor, what was expected and what was found); kUnsupported for another version of the
  /// format, big-endian files and types of tensors that ggml does not know; kTooLarge above the limits.
  [[nodiscard]] static Result<GgufFile> open(const std::string& path);
  /// Same on bytes in memory, which the caller keeps alive; `name` stands for the path in errors.
  [[nodiscard]] static Result<GgufFile> parse(std::string_view bytes, const std::string& name);

  /// The value of `key`, or null.
  [[nodiscard]] const GgufValue* find(std::string_view key) const;
  /// A string that must be there. Errors: kBadModel (missing, another type).
  [[nodiscard]] Result<std::string_view> text(std::string_view key) const;

  /// The tensor called `name`, or null.
  [[nodiscard]] const GgufTensor* find_tensor(std::string_view name) const;
  /// The tensor called `name`, which must have `shape`. Outer dimensions of 1 do not count: writers leave them out.
  /// Errors: kBadModel (missing, other shape; both are named).
  [[nodiscard]] Result<const GgufTensor*> require_tensor(std::string_view name, const Shape& shape) const;

  /// Copies a part of bytes() without mapping its pages (see MappedFile::read_at). REQUIRES: `part` views bytes();
  /// out.size() = part.size(). Errors: kIo.
  [[nodiscard]] Result<void> read(std::string_view part, std::span<char> out) const;

  [[nodiscard]] const std::map<std::string, GgufValue, std::less<>>& values() const { return values_; }
  [[nodiscard]] const std::map<std::string, GgufTensor, std::less<>>& tensors() const { return tensors_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The whole file.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  class Cursor;

  GgufFile() = default;
  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<GgufValue> read_array(Cursor& in, std::string_view key) const;
  [[nodiscard]] Result<void> read_values(Cursor& in, std::uint64_t n_values);
  [[nodiscard]] Result<void> read_tensors(Cursor& in, std::uint64_t n_tensors);
  [[nodiscard]] Result<std::uint64_t> alignment() const;
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const;

  std::string path_;
  MappedFile file_;
  std::string_view bytes_;
  std::map<std::string, GgufValue, std::less<>> values_;
  std::map<std::string, GgufTensor, std::less<>> tensors_;
};

}  // namespace pith
