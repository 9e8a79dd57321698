#include "model/llama/describe_gguf.h"

#include <fmt/format.h>
#include <ggml.h>

#include <map>
#include <utility>

#include "model/llama/causal_header.h"
#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"

namespace pith {
namespace {

ModelInfo causal_info(const GgufFile& file, const CausalHeader& header,
                      const std::map<std::string, std::size_t>& bytes_by_type) {
  const CausalMemory memory = causal_memory(file, header, 0);
  ModelInfo info;
  info.dir = file.path();
  info.architecture = header.architecture;
  info.n_layers = static_cast<std::int64_t>(header.n_layers);
  info.hidden_size = static_cast<std::int64_t>(header.hidden_size);
  info.n_heads = static_cast<std::int64_t>(header.n_heads);
  const GgufValue* const intermediate = file.find(header.architecture + ".feed_forward_length");
  const auto* const n = intermediate == nullptr ? nullptr : std::get_if<std::uint64_t>(intermediate);
  if (n != nullptr) info.intermediate_size = static_cast<std::int64_t>(*n);
  info.vocab_size = static_cast<std::int64_t>(header.n_vocab);
  info.max_sequence_tokens = static_cast<std::int64_t>(header.context_length);
  info.storage = storage_text(bytes_by_type);
  CausalInfo causal{.n_kv_heads = static_cast<std::int64_t>(header.n_kv_heads),
                    .quantization = quantization_name(file),
                    .kv_cache_bytes = memory.kv_cache_bytes,
                    .scratch_bytes = memory.scratch_bytes};
  if (causal.quantization.empty()) causal.quantization = info.storage.substr(0, info.storage.find(','));
  info.causal = std::move(causal);
  return info;
}

}  // namespace

Result<ModelInfo> describe_gguf_model(const std::string& path) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  std::int64_t n_parameters = 0;
  std::map<std::string, std::size_t> bytes_by_type;
  for (const auto& [name, tensor] : file->tensors()) {
    bytes_by_type[ggml_type_name(static_cast<ggml_type>(tensor.type))] += tensor.bytes.size();
    std::int64_t n = 1;
    for (const std::int64_t d : tensor.shape) n *= d;
    n_parameters += n;
  }
  ModelInfo info;
  if (file->find(kGgufFormatKey) == nullptr && file->find("tokenizer.ggml.model") != nullptr) {
    const auto header = read_causal_header(*file);
    if (!header) return tl::unexpected(header.error());
    info = causal_info(*file, *header, bytes_by_type);
  } else {
    const auto config = read_gguf_config(*file);
    if (!config) return tl::unexpected(config.error());
    info = model_info(path, *config, bytes_by_type);
  }
  info.n_parameters = n_parameters;
  info.n_weight_bytes = static_cast<std::int64_t>(file->bytes().size());
  return info;
}

}  // namespace pith
