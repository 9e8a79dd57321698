// Any bytes as a model.safetensors: a clear error or a file whose every tensor lies inside it and has the size its
// shape says; and what is read out of it is finite.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/checkpoint.h"
#include "model/safetensors.h"
#include "model/weights.h"

namespace {

void check_tensor(const pith::Checkpoint& checkpoint, const pith::TensorView& tensor) {
  const pith::SafeTensors& file = checkpoint.file_of(tensor);
  const char* const begin = file.bytes().data();
  PITH_CHECK(tensor.bytes.empty() || (tensor.bytes.data() >= begin &&
                                      tensor.bytes.data() + tensor.bytes.size() <= begin + file.bytes().size()),
             tensor.name);
  PITH_CHECK(file.find(tensor.name) == &tensor, tensor.name);
  PITH_CHECK(file.require(tensor.name, tensor.shape).has_value(), tensor.name);
  if (tensor.dtype == pith::Dtype::kOther) return;
  PITH_CHECK(tensor.n_elements() * pith::dtype_bytes(tensor.dtype) == tensor.bytes.size(), tensor.name);

  const pith::WeightReader reader(checkpoint, pith::Architecture::kBert);
  if (const auto values = reader.values(tensor.name, tensor.shape)) {
    PITH_CHECK(values->size() == tensor.n_elements(), tensor.name);
    for (const float x : *values) PITH_CHECK(std::isfinite(x), tensor.name);
  }
  if (tensor.shape.size() != 2 || tensor.n_elements() == 0) return;
  if (const auto matrix = reader.int8_matrix(tensor.name, tensor.shape[0], tensor.shape[1])) {
    PITH_CHECK(matrix->values.size() == tensor.n_elements(), tensor.name);
    PITH_CHECK(matrix->scales.size() == static_cast<std::size_t>(tensor.shape[0]), tensor.name);
  }
  if (const auto table = reader.embedding(tensor.name, tensor.shape[0], tensor.shape[1]); table) {
    std::vector<float> row(static_cast<std::size_t>(tensor.shape[1]));
    PITH_CHECK(table->add_row(tensor.shape[0] - 1, row).has_value(), tensor.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto file = pith::SafeTensors::parse(bytes, "fuzz")) {
    const auto checkpoint = pith::Checkpoint::of(std::move(*file));
    checkpoint.for_each([&](const pith::TensorView& tensor) { check_tensor(checkpoint, tensor); });
  } else {
    PITH_CHECK(!file.error().message.empty(), "");
  }
  return 0;
}
