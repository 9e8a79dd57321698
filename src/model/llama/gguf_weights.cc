#include "model/llama/gguf_weights.h"

#include <fmt/format.h>
#include <ggml.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"

namespace pith {
namespace {

Result<void> read_stored(const GgufFile& file, const GgufTensor& tensor, std::string_view bytes, std::span<float> out) {
  const auto type = static_cast<ggml_type>(tensor.type);
  if (type == GGML_TYPE_F32) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
  } else {
    ggml_get_type_traits(type)->to_float(bytes.data(), out.data(), static_cast<std::int64_t>(out.size()));
  }
  if (!std::ranges::all_of(out, [](float x) { return std::isfinite(x); })) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: tensor {} has a value that is not finite", file.path(), tensor.name));
  }
  return {};
}

std::size_t bytes_of(const GgufTensor& tensor, std::size_t n_values) {
  return ggml_row_size(static_cast<ggml_type>(tensor.type), static_cast<std::int64_t>(n_values));
}

}  // namespace

bool is_readable_gguf(const GgufTensor& tensor) {
  const auto type = static_cast<ggml_type>(tensor.type);
  return type == GGML_TYPE_F32 || ggml_get_type_traits(type)->to_float != nullptr;
}

Result<void> read_gguf_row(const GgufFile& file, const GgufTensor& tensor, std::int64_t row, std::span<float> out) {
  const std::size_t n_bytes = bytes_of(tensor, out.size());
  const std::size_t begin = static_cast<std::size_t>(row) * n_bytes;
  PITH_CHECK(begin + n_bytes <= tensor.bytes.size(), tensor.name);
  return read_stored(file, tensor, tensor.bytes.substr(begin, n_bytes), out);
}

Result<std::vector<float>> read_gguf_values(const GgufFile& file, const GgufTensor& tensor) {
  std::size_t n_values = 1;
  for (const std::int64_t n : tensor.shape) n_values *= static_cast<std::size_t>(n);
  PITH_CHECK(bytes_of(tensor, n_values) <= tensor.bytes.size(), tensor.name);
  std::vector<float> values(n_values);
  if (auto ok = read_stored(file, tensor, tensor.bytes, values); !ok) return tl::unexpected(ok.error());
  return values;
}

}  // namespace pith
