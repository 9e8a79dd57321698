// Reads a checkpoint's tensors in the form the network wants them, whatever form they are stored in.
//
// Stored forms of a weight W [rows, cols]: F32, F16, BF16, or Pith's own int8 form, which `pith convert` writes: I8 of
// the same name and shape beside `<name>_scale` F32 [rows], where W[r, c] = scale[r] * stored[r, c].
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/safetensors.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Suffix of the tensor that holds an int8 tensor's scales.
inline constexpr std::string_view kScaleSuffix = "_scale";

/// Rows of int8 with one scale each: value[r, c] = scales[r] * values[r * n_cols + c], values in [-127, 127].
struct Int8Matrix {
  std::int64_t n_rows = 0;
  std::int64_t n_cols = 0;
  std::span<const std::int8_t> values;  ///< of `storage`, or of the file when it is stored this way
  std::vector<std::int8_t> storage;     ///< empty when `values` views the file
  std::vector<float> scales;            ///< [n_rows]
};

/// Symmetric quantisation per row: scale = max|w| / 127, rounded to nearest even. A row of zeros gets scale 0.
/// REQUIRES: values.size() = n_rows * n_cols; all finite.
[[nodiscard]] Int8Matrix quantize_rows(std::span<const float> values, std::int64_t n_rows, std::int64_t n_cols);

/// A table of vectors that is gathered from where it is stored: only the pages of rows that are used are ever read.
/// Immutable; views the file, which must outlive it.
class EmbeddingTable {
 public:
  EmbeddingTable() = default;
  EmbeddingTable(const TensorView& tensor, std::vector<float> scales);

  [[nodiscard]] std::int64_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::int64_t n_cols() const { return n_cols_; }
  /// out[c] += table[row, c]. REQUIRES: 0 <= row < n_rows(); out.size() = n_cols().
  void add_row(std::int64_t row, std::span<float> out) const;

 private:
  Dtype dtype_ = Dtype::kF32;
  const char* data_ = nullptr;
  std::int64_t n_rows_ = 0;
  std::int64_t n_cols_ = 0;
  std::vector<float> scales_;  ///< [n_rows] when dtype_ is kI8
};

/// Reads weights of one file. All errors are kBadModel and name file, tensor, and what was expected and found.
/// Immutable; the file must outlive it and the views it hands out.
class WeightReader {
 public:
  /// Tensors of the encoder are looked up as "bert.<name>" if the file has that prefix, else as "<name>".
  explicit WeightReader(const SafeTensors& file);

  /// The stored name of an encoder tensor: "bert.embeddings.LayerNorm.weight" for "embeddings.LayerNorm.weight".
  [[nodiscard]] std::string encoder(std::string_view name) const { return prefix_ + std::string(name); }

  /// Values as float32, int8 storage multiplied out. The values are finite.
  [[nodiscard]] Result<std::vector<float>> values(const std::string& name, const Shape& shape) const;
  /// Values as int8 with scales: as stored, or quantised now.
  [[nodiscard]] Result<Int8Matrix> int8_matrix(const std::string& name, std::int64_t n_rows, std::int64_t n_cols) const;
  /// A view for gathering. Rows are not checked for NaN here (that would read the whole table).
  [[nodiscard]] Result<EmbeddingTable> embedding(const std::string& name, std::int64_t n_rows,
                                                 std::int64_t n_cols) const;

 private:
  /// The tensor of that name and shape, of a dtype that can be read.
  [[nodiscard]] Result<const TensorView*> readable(const std::string& name, const Shape& shape) const;
  [[nodiscard]] Result<std::vector<float>> scales_of(const TensorView& tensor) const;

  const SafeTensors& file_;
  std::string prefix_;
};

}  // namespace pith
