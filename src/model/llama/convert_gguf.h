// Writes a model folder as one GGUF file, for the llama.cpp engine: see gguf_encoder.h for what is in it.
#pragma once

#include <string>

#include "model/convert.h"
#include "pith/result.h"

namespace pith {

/// How matrices are stored. kQ8: as ggml's Q8_0, blocks of 32 int8 values of a row with one float16 scale; a matrix
/// whose rows are no multiple of 32 is stored as float16. Everything else is float32.
enum class GgufStorage { kF32, kF16, kQ8 };

/// Writes the model in folder `model_dir` (any architecture and storage load_classifier() reads, with a tokenizer.json)
/// to the file `out_path`, which appears when it is complete. Memory: a row of a matrix at a time. Errors: as
/// load_classifier() for `model_dir`; kNotFound also without tokenizer.json; kBadModel for values that are not finite
/// or too large for float16; kIo when the file cannot be written; kUnsupported in a build without llama.cpp.
[[nodiscard]] Result<ConvertReport> convert_to_gguf(const std::string& model_dir, const std::string& out_path,
                                                    GgufStorage storage);

}  // namespace pith
