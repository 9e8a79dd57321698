// What a model is, by content: equal for copies of the same files wherever they lie, different after any change of
// them.
#pragma once

#include <string>

#include "model/blob_cache.h"
#include "pith/result.h"

namespace pith {

/// The hash of config.json and of every weight file of a folder in Hugging Face layout, or of a GGUF file. Reads all of
/// it once; the answer is kept in `cache_dir`/identities ("" = the user's cache folder, "none" = nowhere) under the
/// files' paths, sizes, inodes and times, so that a large model is not read again by every process.
/// Errors: those of Checkpoint::open, kNotFound, kIo.
[[nodiscard]] Result<BlobKey> model_identity(const std::string& model, const std::string& cache_dir);

}  // namespace pith
