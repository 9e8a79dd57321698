#include "model/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "model/encoder_tensors.h"
#include "model/half.h"

namespace pith {
namespace {

constexpr float kInt8Max = 127;

/// Element `i` of unaligned storage.
template <class T>
T load(const char* data, std::size_t i) {
  T value;
  std::memcpy(&value, data + i * sizeof(T), sizeof(T));
  return value;
}

void to_float(Dtype dtype, const char* data, std::span<float> out) {
  const std::size_t n = out.size();
  switch (dtype) {
    case Dtype::kF32:
      if (n != 0) std::memcpy(out.data(), data, out.size_bytes());
      return;
    case Dtype::kF16:
      for (std::size_t i = 0; i < n; ++i) out[i] = float16_to_float(load<std::uint16_t>(data, i));
      return;
    case Dtype::kBF16:
      for (std::size_t i = 0; i < n; ++i) out[i] = bfloat16_to_float(load<std::uint16_t>(data, i));
      return;
    case Dtype::kI8:
      for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<float>(load<std::int8_t>(data, i));
      return;
    case Dtype::kOther:
      break;
  }
  check_failed("dtype is readable", __FILE__, __LINE__, "");
}

bool all_finite(std::span<const float> values) {
  float sum_of_zeros = 0;  // x - x is 0 for finite x, NaN otherwise
  for (const float x : values) sum_of_zeros += x - x;
  return sum_of_zeros == 0;
}

}  // namespace

Int8Matrix quantize_rows(std::span<const float> values, std::int64_t n_rows, std::int64_t n_cols) {
  PITH_CHECK(values.size() == static_cast<std::size_t>(n_rows * n_cols), "");
  Int8Matrix matrix{.n_rows = n_rows, .n_cols = n_cols, .values = {}, .storage = {}, .scales = {}};
  matrix.storage.resize(values.size());
  matrix.scales.resize(static_cast<std::size_t>(n_rows));
  const auto n = static_cast<std::size_t>(n_cols);
  for (std::size_t r = 0; r < matrix.scales.size(); ++r) {
    const std::span<const float> row = values.subspan(r * n, n);
    float largest = 0;
    for (const float w : row) largest = std::max(largest, std::abs(w));
    const float scale = largest / kInt8Max;
    matrix.scales[r] = scale;
    if (scale == 0) continue;  // zeros already
    std::int8_t* out = matrix.storage.data() + r * n;
    for (std::size_t c = 0; c < n; ++c) {
      // A subnormal scale has few bits: the quotient can then exceed 127 and is clamped.
      out[c] = static_cast<std::int8_t>(std::clamp(std::nearbyint(row[c] / scale), -kInt8Max, kInt8Max));
    }
  }
  matrix.values = matrix.storage;
  return matrix;
}

EmbeddingTable::EmbeddingTable(const SafeTensors& file, const TensorView& tensor, std::vector<float> scales)
    : file_(&file),
      dtype_(tensor.dtype),
      bytes_(tensor.bytes),
      n_rows_(tensor.shape.at(0)),
      n_cols_(tensor.shape.at(1)),
      scales_(std::move(scales)) {}

Result<void> EmbeddingTable::add_row(std::int64_t row, std::span<float> out) const {
  const std::size_t n = out.size();
  const std::size_t n_row_bytes = n * dtype_bytes(dtype_);
  const std::string_view stored = bytes_.substr(static_cast<std::size_t>(row) * n_row_bytes, n_row_bytes);
  const char* data = stored.data();
  std::vector<char> copied;
  if (bytes_.size() > kMaxMappedTableBytes) {
    copied.resize(n_row_bytes);
    if (auto ok = file_->copy(stored, copied); !ok) return ok;
    data = copied.data();
  }
  switch (dtype_) {
    case Dtype::kF32:
      for (std::size_t c = 0; c < n; ++c) out[c] += load<float>(data, c);
      return {};
    case Dtype::kF16:
      for (std::size_t c = 0; c < n; ++c) out[c] += float16_to_float(load<std::uint16_t>(data, c));
      return {};
    case Dtype::kBF16:
      for (std::size_t c = 0; c < n; ++c) out[c] += bfloat16_to_float(load<std::uint16_t>(data, c));
      return {};
    case Dtype::kI8: {
      const float scale = scales_[static_cast<std::size_t>(row)];
      for (std::size_t c = 0; c < n; ++c) out[c] += scale * static_cast<float>(load<std::int8_t>(data, c));
      return {};
    }
    case Dtype::kOther:
      break;
  }
  check_failed("dtype is readable", __FILE__, __LINE__, "");
}

WeightReader::WeightReader(const Checkpoint& checkpoint, Architecture architecture) : checkpoint_(checkpoint) {
  const std::string prefix(encoder_prefix(architecture));
  if (checkpoint.find(prefix + std::string(word_embeddings_name(architecture))) != nullptr) prefix_ = prefix;
}

void WeightReader::drop(const std::string& name) const {
  if (const TensorView* tensor = checkpoint_.find(name)) checkpoint_.drop_resident_pages(*tensor);
}

Result<const TensorView*> WeightReader::readable(const std::string& name, const Shape& shape) const {
  auto tensor = checkpoint_.require(name, shape);
  if (tensor && (*tensor)->dtype == Dtype::kOther) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' has dtype {}, expected F32, F16, BF16 or I8",
                                                  checkpoint_.file_of(**tensor).path(), name, (*tensor)->stored_dtype));
  }
  return tensor;
}

Result<std::vector<float>> WeightReader::scales_of(const TensorView& tensor) const {
  const std::string name = tensor.name + std::string(kScaleSuffix);
  const auto stored = checkpoint_.require(name, {tensor.shape.empty() ? 1 : tensor.shape.front()});
  if (!stored) return tl::unexpected(stored.error());
  if ((*stored)->dtype != Dtype::kF32) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' has dtype {}, expected F32",
                                                  checkpoint_.file_of(**stored).path(), name, (*stored)->stored_dtype));
  }
  std::vector<float> scales((*stored)->n_elements());
  to_float(Dtype::kF32, (*stored)->bytes.data(), scales);
  for (const float scale : scales) {
    if (!(scale >= 0) || !std::isfinite(scale)) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' holds {}, scales are finite and not negative",
                                                    checkpoint_.file_of(**stored).path(), name, scale));
    }
  }
  return scales;
}

Result<std::vector<float>> WeightReader::values(const std::string& name, const Shape& shape) const {
  const auto tensor = readable(name, shape);
  if (!tensor) return tl::unexpected(tensor.error());
  std::vector<float> out((*tensor)->n_elements());
  to_float((*tensor)->dtype, (*tensor)->bytes.data(), out);
  if ((*tensor)->dtype == Dtype::kI8) {
    const auto scales = scales_of(**tensor);
    if (!scales) return tl::unexpected(scales.error());
    auto next = out.begin();
    for (std::size_t r = 0; r < scales->size(); ++r) {
      const auto row_end = out.begin() + static_cast<std::ptrdiff_t>((r + 1) * out.size() / scales->size());
      for (; next != row_end; ++next) *next *= (*scales)[r];
    }
  }
  if (!all_finite(out)) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' holds values that are not finite",
                                                  checkpoint_.file_of(**tensor).path(), name));
  }
  return out;
}

Result<Int8Matrix> WeightReader::int8_matrix(const std::string& name, std::int64_t n_rows, std::int64_t n_cols) const {
  const auto tensor = readable(name, {n_rows, n_cols});
  if (!tensor) return tl::unexpected(tensor.error());
  if ((*tensor)->dtype != Dtype::kI8) {
    const auto as_float = values(name, {n_rows, n_cols});
    if (!as_float) return tl::unexpected(as_float.error());
    return quantize_rows(*as_float, n_rows, n_cols);
  }
  auto scales = scales_of(**tensor);
  if (!scales) return tl::unexpected(scales.error());
  const std::string_view bytes = (*tensor)->bytes;
  return Int8Matrix{.n_rows = n_rows,
                    .n_cols = n_cols,
                    .values = {reinterpret_cast<const std::int8_t*>(bytes.data()), bytes.size()},
                    .storage = {},
                    .scales = std::move(*scales)};
}

Result<HalfMatrix> WeightReader::half_matrix(const std::string& name, std::int64_t n_rows, std::int64_t n_cols,
                                             Dtype dtype) const {
  const auto tensor = readable(name, {n_rows, n_cols});
  if (!tensor) return tl::unexpected(tensor.error());
  const auto as_float = values(name, {n_rows, n_cols});
  if (!as_float) return tl::unexpected(as_float.error());
  HalfMatrix matrix;
  if ((*tensor)->dtype == dtype) {
    matrix.bytes = (*tensor)->bytes;
    return matrix;
  }
  matrix.storage.resize(as_float->size());
  std::uint32_t worst = 0;  // the largest magnitude; infinite if one did not fit
  for (std::size_t i = 0; i < as_float->size(); ++i) {
    const float value = (*as_float)[i];
    matrix.storage[i] = dtype == Dtype::kF16 ? float_to_float16(value) : float_to_bfloat16(value);
    worst = std::max<std::uint32_t>(worst, matrix.storage[i] & 0x7FFFU);
  }
  if (worst >= (dtype == Dtype::kF16 ? 0x7C00U : 0x7F80U)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: tensor '{}' holds values beyond what {} can hold; use another precision",
                            checkpoint_.file_of(**tensor).path(), name, dtype_name(dtype)));
  }
  matrix.bytes = as_bytes_view(std::span<const std::uint16_t>(matrix.storage));
  return matrix;
}

Result<EmbeddingTable> WeightReader::embedding(const std::string& name, std::int64_t n_rows,
                                               std::int64_t n_cols) const {
  const auto tensor = readable(name, {n_rows, n_cols});
  if (!tensor) return tl::unexpected(tensor.error());
  std::vector<float> scales;
  if ((*tensor)->dtype == Dtype::kI8) {
    auto stored = scales_of(**tensor);
    if (!stored) return tl::unexpected(stored.error());
    scales = std::move(*stored);
  }
  return EmbeddingTable(checkpoint_.file_of(**tensor), **tensor, std::move(scales));
}

}  // namespace pith
