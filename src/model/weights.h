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

#include "model/checkpoint.h"
#include "model/encoder_config.h"
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

/// 16-bit floats [n_rows, n_cols].
struct HalfMatrix {
  std::string_view bytes;              ///< of `storage`, or of the file when it is stored this way
  std::vector<std::uint16_t> storage;  ///< empty when `bytes` views the file
};

/// Symmetric quantisation per row: scale = max|w| / 127, rounded to nearest even. A row of zeros gets scale 0.
/// REQUIRES: values.size() = n_rows * n_cols; all finite.
[[nodiscard]] Int8Matrix quantize_rows(std::span<const float> values, std::int64_t n_rows, std::int64_t n_cols);

inline constexpr std::size_t kMaxMappedTableBytes = std::size_t{64} << 20;

/// A table of vectors that is gathered from where it is stored. A small one is used where it lies in the mapped file;
/// rows of one above kMaxMappedTableBytes are copied one by one, so that it never becomes resident. Immutable and
/// thread-safe; views the file, which must outlive it.
class EmbeddingTable {
 public:
  EmbeddingTable() = default;
  EmbeddingTable(const SafeTensors& file, const TensorView& tensor, std::vector<float> scales);

  [[nodiscard]] std::int64_t n_rows() const { return n_rows_; }
  [[nodiscard]] std::int64_t n_cols() const { return n_cols_; }
  /// out[c] += table[row, c]. REQUIRES: 0 <= row < n_rows(); out.size() = n_cols(). Errors: kIo.
  [[nodiscard]] Result<void> add_row(std::int64_t row, std::span<float> out) const;

 private:
  const SafeTensors* file_ = nullptr;
  Dtype dtype_ = Dtype::kF32;
  std::string_view bytes_;
  std::int64_t n_rows_ = 0;
  std::int64_t n_cols_ = 0;
  std::vector<float> scales_;  ///< [n_rows] when dtype_ is kI8
};

/// Reads weights of a checkpoint. All errors are kBadModel and name file, tensor, and what was expected and found.
/// Immutable; the checkpoint must outlive it and the views it hands out.
class WeightReader {
 public:
  /// Tensors of the encoder are looked up with its encoder_prefix() if the checkpoint has the word vectors under it.
  WeightReader(const Checkpoint& checkpoint, Architecture architecture);

  /// The stored name of an encoder tensor: "bert.embeddings.LayerNorm.weight" for "embeddings.LayerNorm.weight".
  [[nodiscard]] std::string encoder(std::string_view name) const { return prefix_ + std::string(name); }

  /// Values as float32, int8 storage multiplied out. The values are finite.
  [[nodiscard]] Result<std::vector<float>> values(const std::string& name, const Shape& shape) const;
  /// Values as int8 with scales: as stored, or quantised now.
  [[nodiscard]] Result<Int8Matrix> int8_matrix(const std::string& name, std::int64_t n_rows, std::int64_t n_cols) const;
  /// Values as 16-bit floats of `dtype` (kF16 or kBF16): as stored, or rounded now. Errors also where a value is beyond
  /// what float16 holds.
  [[nodiscard]] Result<HalfMatrix> half_matrix(const std::string& name, std::int64_t n_rows, std::int64_t n_cols,
                                               Dtype dtype) const;
  /// To be called when a large tensor was read for the last time; see Checkpoint::drop_resident_pages.
  void drop(const std::string& name) const;
  /// A view for gathering. Rows are not checked for NaN here (that would read the whole table).
  [[nodiscard]] Result<EmbeddingTable> embedding(const std::string& name, std::int64_t n_rows,
                                                 std::int64_t n_cols) const;

 private:
  /// The tensor of that name and shape, of a dtype that can be read.
  [[nodiscard]] Result<const TensorView*> readable(const std::string& name, const Shape& shape) const;
  [[nodiscard]] Result<std::vector<float>> scales_of(const TensorView& tensor) const;

  const Checkpoint& checkpoint_;
  std::string prefix_;
};

}  // namespace pith
