// Tensors of a GGUF file as the floats that their blocks stand for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/llama/gguf_file.h"
#include "pith/result.h"

namespace pith {

/// Row `row` of `tensor`, which has two dimensions, of which the inner one has out.size() values.
/// REQUIRES: the tensor is of `file`; row within it. Errors: kBadModel (a value that is not finite).
[[nodiscard]] Result<void> read_gguf_row(const GgufFile& file, const GgufTensor& tensor, std::int64_t row,
                                         std::span<float> out);

/// All values, outermost dimension first. Errors: kBadModel (a value that is not finite).
[[nodiscard]] Result<std::vector<float>> read_gguf_values(const GgufFile& file, const GgufTensor& tensor);

/// Whether read_gguf_row() and read_gguf_values() know the tensor's type.
[[nodiscard]] bool is_readable_gguf(const GgufTensor& tensor);

}  // namespace pith
