// An encoder's weights as ggml tensors: where they lie in the mapped file on CPUs, copied into a GPU's memory else.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "model/encoder_config.h"
#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_file.h"
#include "pith/result.h"

namespace pith {

/// Immutable. The embeddings' tables are not here, see GgufEmbeddings.
class EncoderWeights {
 public:
  /// Errors: kBadModel (a tensor is missing, has another shape or a type that its place does not allow); kInternal (the
  /// device has no room).
  [[nodiscard]] static Result<EncoderWeights> load(const EncoderConfig& config, std::shared_ptr<const GgufFile> file,
                                                   ggml_backend_dev_t device);

  /// REQUIRES: a name of gguf_encoder_tensors(), other than the embeddings' tables.
  [[nodiscard]] ggml_tensor* at(const std::string& name) const { return tensors_.at(name); }
  /// "f32", "f16", "q8_0": the type of most matrices.
  [[nodiscard]] const std::string& storage() const { return storage_; }

 private:
  std::shared_ptr<const GgufFile> file_;
  GgmlContext context_;
  GgmlBuffer buffer_;  // after context_: freed before it
  std::map<std::string, ggml_tensor*> tensors_;
  std::string storage_ = "f32";
};

}  // namespace pith
