#include "model/llama/describe_gguf.h"

#include <fmt/format.h>
#include <ggml.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "model/encoder_config.h"
#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"

namespace pith {

Result<ModelInfo> describe_gguf_model(const std::string& path) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto config = read_gguf_config(*file);
  if (!config) return tl::unexpected(config.error());

  ModelInfo info;
  info.dir = path;
  info.architecture = architecture_name(config->architecture);
  info.n_layers = config->n_layers;
  info.hidden_size = config->hidden_size;
  info.n_heads = config->n_heads;
  info.intermediate_size = config->intermediate_size;
  info.vocab_size = config->vocab_size;
  info.max_sequence_tokens = config->max_sequence_tokens;
  info.n_weight_bytes = static_cast<std::int64_t>(file->bytes().size());
  info.keep_label = fmt::format("{} ({})", config->keep_label_name, config->keep_label);
  std::map<int, std::size_t> bytes_by_type;
  for (const auto& [name, tensor] : file->tensors()) {
    bytes_by_type[tensor.type] += tensor.bytes.size();
    std::int64_t n = 1;
    for (const std::int64_t d : tensor.shape) n *= d;
    info.n_parameters += n;
  }
  std::vector<std::pair<std::size_t, int>> by_size;
  by_size.reserve(bytes_by_type.size());
  for (const auto& [type, n_bytes] : bytes_by_type) by_size.emplace_back(n_bytes, type);
  std::ranges::sort(by_size, std::ranges::greater());
  for (const auto& [n_bytes, type] : by_size) {
    info.storage += (info.storage.empty() ? "" : ", ") + std::string(ggml_type_name(static_cast<ggml_type>(type)));
  }
  return info;
}

}  // namespace pith
