#include "model/llama/encoder_weights.h"

#include <fmt/format.h>
#include <ggml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/llama/gguf_encoder.h"

namespace pith {
namespace {

/// What ggml multiplies matrices of on every back end.
constexpr std::array<int, 4> kMatrixTypes{GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0};

/// What ggml's CPU kernels expect of an address.
constexpr std::uintptr_t kTensorAlignment = 32;

bool is_aligned(const GgufTensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % kTensorAlignment == 0;
}

bool is_table(const GgufEncoderTensor& tensor) {
  return tensor.name == kGgufWords || tensor.name == kGgufPositions || tensor.name == kGgufTokenTypes;
}

}  // namespace

Result<EncoderWeights> EncoderWeights::load(const EncoderConfig& config, std::shared_ptr<const GgufFile> file,
                                            ggml_backend_dev_t device) {
  EncoderWeights weights;
  std::vector<std::pair<ggml_tensor*, const GgufTensor*>> pairs;
  const std::vector<GgufEncoderTensor> expected = gguf_encoder_tensors(config);
  weights.context_.reset(
      ggml_init({.mem_size = expected.size() * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true}));
  for (const GgufEncoderTensor& tensor : expected) {
    if (is_table(tensor)) continue;
    const auto stored = file->require_tensor(tensor.name, tensor.shape);
    if (!stored) return tl::unexpected(stored.error());
    const int type = (*stored)->type;
    const bool fits =
        tensor.is_matrix ? std::ranges::find(kMatrixTypes, type) != kMatrixTypes.end() : type == GGML_TYPE_F32;
    if (!fits) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' has type {}, expected {}", file->path(),
                                                    tensor.name, ggml_type_name(static_cast<ggml_type>(type)),
                                                    tensor.is_matrix ? "f32, f16, bf16 or q8_0" : "f32"));
    }
    if (tensor.is_matrix && type != GGML_TYPE_F32) weights.storage_ = ggml_type_name(static_cast<ggml_type>(type));
    const std::vector<std::int64_t> ne(tensor.shape.rbegin(), tensor.shape.rend());
    ggml_tensor* made =
        ggml_new_tensor(weights.context_.get(), static_cast<ggml_type>(type), static_cast<int>(ne.size()), ne.data());
    ggml_set_name(made, tensor.name.c_str());
    weights.tensors_.emplace(tensor.name, made);
    pairs.emplace_back(made, *stored);
  }

  const bool in_place = ggml_backend_dev_type(device) == GGML_BACKEND_DEVICE_TYPE_CPU &&
                        std::ranges::all_of(pairs, [](const auto& pair) { return is_aligned(*pair.second); });
  if (in_place) {
    // Nothing writes to a buffer of weights; the parameter has no const form. It starts at the first tensor, which is
    // aligned as ggml wants it.
    const auto first = std::ranges::min_element(pairs, {}, [](const auto& pair) { return pair.second->bytes.data(); });
    char* begin = const_cast<char*>(first->second->bytes.data());
    const std::string_view all = file->bytes();
    weights.buffer_.reset(
        ggml_backend_cpu_buffer_from_ptr(begin, static_cast<std::size_t>(all.data() + all.size() - begin)));
  } else {
    weights.buffer_.reset(
        ggml_backend_alloc_ctx_tensors_from_buft(weights.context_.get(), ggml_backend_dev_buffer_type(device)));
  }
  if (weights.buffer_ == nullptr) {
    return fail(ErrorCode::kInternal, fmt::format("{}: no memory for the weights on {}{}", file->path(),
                                                  ggml_backend_dev_description(device), take_ggml_error()));
  }
  ggml_backend_buffer_set_usage(weights.buffer_.get(), GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
  for (const auto& [made, stored] : pairs) {
    if (in_place) {
      ggml_backend_tensor_alloc(weights.buffer_.get(), made, const_cast<char*>(stored->bytes.data()));
    } else {
      ggml_backend_tensor_set(made, stored->bytes.data(), 0, stored->bytes.size());
    }
  }
  weights.file_ = std::move(file);
  return weights;
}

}  // namespace pith
