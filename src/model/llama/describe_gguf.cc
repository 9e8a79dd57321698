#include "model/llama/describe_gguf.h"

#include <ggml.h>

#include <map>

#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"

namespace pith {

Result<ModelInfo> describe_gguf_model(const std::string& path) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto config = read_gguf_config(*file);
  if (!config) return tl::unexpected(config.error());

  std::int64_t n_parameters = 0;
  std::map<std::string, std::size_t> bytes_by_type;
  for (const auto& [name, tensor] : file->tensors()) {
    bytes_by_type[ggml_type_name(static_cast<ggml_type>(tensor.type))] += tensor.bytes.size();
    std::int64_t n = 1;
    for (const std::int64_t d : tensor.shape) n *= d;
    n_parameters += n;
  }
  ModelInfo info = model_info(path, *config, bytes_by_type);
  info.n_parameters = n_parameters;
  info.n_weight_bytes = static_cast<std::int64_t>(file->bytes().size());
  return info;
}

}  // namespace pith
