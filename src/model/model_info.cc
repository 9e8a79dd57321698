#include "model/model_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace pith {

std::string storage_text(const std::map<std::string, std::size_t>& bytes_by_type) {
  std::vector<std::pair<std::size_t, std::string>> by_size;
  by_size.reserve(bytes_by_type.size());
  for (const auto& [type, n_bytes] : bytes_by_type) by_size.emplace_back(n_bytes, type);
  std::ranges::sort(by_size, std::ranges::greater());
  std::string storage;
  for (const auto& [n_bytes, type] : by_size) storage += (storage.empty() ? "" : ", ") + type;
  return storage;
}

ModelInfo model_info(const std::string& dir, const EncoderConfig& config,
                     const std::map<std::string, std::size_t>& bytes_by_type) {
  ModelInfo info;
  info.dir = dir;
  info.architecture = architecture_name(config.architecture);
  info.n_layers = config.n_layers;
  info.hidden_size = config.hidden_size;
  info.n_heads = config.n_heads;
  info.intermediate_size = config.intermediate_size;
  info.vocab_size = config.vocab_size;
  info.max_sequence_tokens = config.max_sequence_tokens;
  info.keep_label = fmt::format("{} ({})", config.keep_label_name, config.keep_label);
  info.storage = storage_text(bytes_by_type);
  return info;
}

}  // namespace pith
