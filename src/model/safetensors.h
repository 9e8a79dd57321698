// Reader and writer of the safetensors format, in which checkpoints keep their tensors:
//
//   8 bytes           N, length of the header, little-endian
//   N bytes           JSON: {"name": {"dtype": "F16", "shape": [30522, 384], "data_offsets": [begin, end]}, ...},
//                     optionally "__metadata__": {string: string}; may end in spaces
//   the rest          row-major tensor bytes, little-endian; offsets count from here
//
// Files come from strangers. Everything is checked at open: sizes, offsets, overlap, shape x dtype = bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "pith/result.h"

namespace pith {

/// What Pith can read the numbers of. Tensors of other types may stand in a file as long as nobody asks for them.
enum class Dtype { kF32, kF16, kBF16, kI8, kOther };

/// "F32", "F16", "BF16", "I8"; "?" for kOther.
[[nodiscard]] std::string_view dtype_name(Dtype dtype);
/// Bytes of one element; 0 for kOther.
[[nodiscard]] std::size_t dtype_bytes(Dtype dtype);

using Shape = std::vector<std::int64_t>;
/// "[30522, 384]".
[[nodiscard]] std::string to_string(const Shape& shape);

/// A tensor of an open file; `bytes` views the file (no alignment promised) and lives as long as it.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::kOther;
  std::string stored_dtype;  ///< as spelled in the file, e.g. "I64"
  Shape shape;
  std::string_view bytes;

  [[nodiscard]] std::size_t n_elements() const;
};

/// Headers above this are refused: a hundred thousand tensors take less.
inline constexpr std::size_t kMaxSafeTensorsHeaderBytes = std::size_t{16} << 20;

/// An open file. Immutable; views are valid until it is destroyed.
class SafeTensors {
 public:
  /// Maps the file and checks it. Errors: kNotFound, kIo; kBadModel when truncated or inconsistent (the message names
  /// the file, the tensor, what was expected and what was found).
  [[nodiscard]] static Result<SafeTensors> open(const std::string& path);
  /// Same on bytes in memory, which the caller keeps alive; `name` stands for the path in errors.
  [[nodiscard]] static Result<SafeTensors> parse(std::string_view bytes, const std::string& name);

  /// The tensor called `name`, or null.
  [[nodiscard]] const TensorView* find(std::string_view name) const;
  /// The tensor called `name`, which must have `shape`. Errors: kBadModel (missing, other shape; both are named).
  [[nodiscard]] Result<const TensorView*> require(std::string_view name, const Shape& shape) const;

  /// By name.
  [[nodiscard]] const std::map<std::string, TensorView, std::less<>>& tensors() const { return tensors_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The whole file.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// The JSON header, without the length before it.
  [[nodiscard]] std::string_view header() const { return header_; }

  /// Lets the kernel forget the resident pages of `part` of bytes(), which come back when they are read; see
  /// resident.h. Nothing for bytes that the caller keeps.
  void drop_resident_pages(std::string_view part) const;
  /// Copies the bytes of `part`, a view into bytes(), without making its pages resident. Errors: kIo.
  [[nodiscard]] Result<void> copy(std::string_view part, std::span<char> out) const;

 private:
  SafeTensors() = default;
  [[nodiscard]] Result<void> read_header();

  std::string path_;
  MappedFile file_;
  std::string_view bytes_;
  std::string_view header_;
  std::map<std::string, TensorView, std::less<>> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// A tensor to be written.
struct TensorSpec {
  std::string name;
  Dtype dtype = Dtype::kF32;
  Shape shape;
};

/// Writes a file tensor by tensor, so that a model larger than memory can be converted. The data starts on a multiple
/// of 64 bytes. The file appears under its name only when finish() succeeds; until then it is `<path>.partial`.
class SafeTensorsWriter {
 public:
  /// `tensors` in the order append() will be called; put wide types first to keep them aligned.
  /// Errors: kIo; kInvalidArgument for kOther or a negative dimension.
  [[nodiscard]] static Result<SafeTensorsWriter> create(const std::string& path, const std::vector<TensorSpec>& tensors,
                                                        const std::map<std::string, std::string>& metadata);
  SafeTensorsWriter(SafeTensorsWriter&&) = default;
  SafeTensorsWriter& operator=(SafeTensorsWriter&&) = default;
  /// Removes the partial file if finish() was not reached.
  ~SafeTensorsWriter();

  /// The bytes of the next tensor. REQUIRES: as many as its shape and dtype ask for.
  [[nodiscard]] Result<void> append(std::string_view bytes);
  /// REQUIRES: every tensor was appended. Errors: kIo.
  [[nodiscard]] Result<void> finish();

 private:
  SafeTensorsWriter() = default;

  std::string path_;
  std::ofstream out_;
  std::vector<std::size_t> n_bytes_;  ///< per tensor
  std::size_t next_ = 0;
};

/// The elements of a span as bytes, for SafeTensorsWriter::append.
template <class T>
[[nodiscard]] std::string_view as_bytes_view(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace pith
