#include "model/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "base/suggest.h"
#include "model/bert_config.h"
#include "model/safetensors.h"
#include "model/weights.h"

namespace pith {
namespace {

Result<KnownModel> read_row(const json::value& value, const std::string& path) {
  const auto bad = [&](std::string_view what) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: a model's {}", path, what));
  };
  const json::object* object = value.if_object();
  if (object == nullptr) return bad("entry is not an object");
  KnownModel model;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"name", &model.name}, {"summary", &model.summary}, {"architecture", &model.architecture},
      {"size", &model.size}, {"licence", &model.licence}, {"folder", &model.folder}};
  for (const auto& [key, target] : texts) {
    const json::value* text = object->if_contains(key);
    if (text == nullptr || !text->is_string()) return bad(fmt::format("'{}' is missing or not a string", key));
    *target = std::string(text->get_string());
  }
  const json::value* supported = object->if_contains("supported");
  if (supported == nullptr || !supported->is_bool()) return bad("'supported' is missing or not true or false");
  model.is_supported = supported->get_bool();
  return model;
}

}  // namespace

Result<std::vector<KnownModel>> known_models() {
  const std::string path = data_dir() + "/models/registry.json";
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto document = parse_json(*text, path);
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  const json::object* object = document->if_object();
  const json::value* rows = object == nullptr ? nullptr : object->if_contains("models");
  if (rows == nullptr || !rows->is_array()) return fail(ErrorCode::kBadModel, path + ": no list 'models'");
  std::vector<KnownModel> models;
  for (const json::value& value : rows->get_array()) {
    auto row = read_row(value, path);
    if (!row) return tl::unexpected(row.error());
    models.push_back(std::move(*row));
  }
  return models;
}

Result<std::string> resolve_model(const std::string& name) {
  std::error_code error;
  const auto models = known_models();
  if (models) {
    const auto known =
        std::find_if(models->begin(), models->end(), [&](const KnownModel& m) { return m.name == name; });
    if (known != models->end() && !known->folder.empty()) return data_dir() + "/" + known->folder;
    if (std::filesystem::is_directory(name, error)) return name;
    if (known != models->end()) {
      return fail(
          ErrorCode::kUnsupported,
          fmt::format("model '{}' is not fetched by Pith; download its folder (config.json, model.safetensors, the "
                      "tokenizer's files) and pass the folder's path{}",
                      name,
                      known->is_supported ? ""
                                          : fmt::format(" (and its architecture, {}, is not supported "
                                                        "yet)",
                                                        known->architecture)));
    }
  } else if (std::filesystem::is_directory(name, error)) {
    return name;
  } else {
    return tl::unexpected(models.error());
  }
  std::vector<std::string_view> names;
  for (const KnownModel& model : *models) names.push_back(model.name);
  return fail(ErrorCode::kNotFound, fmt::format("no model '{}': neither a folder nor a known name{}; known: {}", name,
                                                did_you_mean(name, names), fmt::join(names, ", ")));
}

Result<ModelInfo> describe_model(const std::string& dir) {
  const std::string config_path = dir + "/config.json";
  const auto config_text = read_file(config_path);
  if (!config_text) return tl::unexpected(config_text.error());
  const auto config = parse_bert_config(*config_text, config_path);
  if (!config) return tl::unexpected(config.error());
  const auto file = SafeTensors::open(dir + "/model.safetensors");
  if (!file) return tl::unexpected(file.error());

  ModelInfo info;
  info.dir = dir;
  info.architecture = "bert";
  info.n_layers = config->n_layers;
  info.hidden_size = config->hidden_size;
  info.n_heads = config->n_heads;
  info.intermediate_size = config->intermediate_size;
  info.vocab_size = config->vocab_size;
  info.max_sequence_tokens = config->max_position_embeddings;
  info.n_weight_bytes = static_cast<std::int64_t>(file->bytes().size());
  info.keep_label = fmt::format("{} ({})", config->keep_label_name, config->keep_label);
  std::map<std::string, std::size_t> bytes_by_dtype;
  for (const auto& [name, tensor] : file->tensors()) {
    bytes_by_dtype[tensor.stored_dtype] += tensor.bytes.size();
    if (!std::string_view(name).ends_with(kScaleSuffix))
      info.n_parameters += static_cast<std::int64_t>(tensor.n_elements());
  }
  std::vector<std::pair<std::size_t, std::string>> by_size;
  by_size.reserve(bytes_by_dtype.size());
  for (const auto& [dtype, n_bytes] : bytes_by_dtype) by_size.emplace_back(n_bytes, dtype);
  std::sort(by_size.rbegin(), by_size.rend());
  for (const auto& [n_bytes, dtype] : by_size) info.storage += (info.storage.empty() ? "" : ", ") + dtype;
  return info;
}

}  // namespace pith
