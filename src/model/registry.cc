#include "model/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "base/suggest.h"
#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/hub/store.h"
#include "model/llama/describe_gguf.h"
#include "model/weights.h"

namespace pith {
namespace {

constexpr std::pair<std::string_view, ModelKind> kKinds[] = {
    {"classifier", ModelKind::kClassifier}, {"embedder", ModelKind::kEmbedder}, {"causal", ModelKind::kCausal}};

Result<KnownModel> read_row(const json::value& value, const std::string& path) {
  const auto bad = [&](std::string_view what) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: a model's {}", path, what));
  };
  const json::object* object = value.if_object();
  if (object == nullptr) return bad("entry is not an object");
  KnownModel model;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"name", &model.name}, {"summary", &model.summary}, {"architecture", &model.architecture},
      {"size", &model.size}, {"licence", &model.licence}, {"folder", &model.folder},
      {"hub", &model.hub}};
  for (const auto& [key, target] : texts) {
    const json::value* text = object->if_contains(key);
    if (text == nullptr || !text->is_string()) return bad(fmt::format("'{}' is missing or not a string", key));
    *target = std::string(text->get_string());
  }
  const json::value* kind = object->if_contains("kind");
  const auto known_kind = std::ranges::find_if(kKinds, [&](const auto& row) {
    return kind != nullptr && kind->is_string() && std::string_view(kind->get_string()) == row.first;
  });
  if (known_kind == std::end(kKinds)) return bad("'kind' is not classifier, embedder or causal");
  model.kind = known_kind->second;
  if (model.folder.empty() && !(has_hub_prefix(model.hub) && parse_hub_name(model.hub))) {
    return bad(fmt::format("'folder' is empty and 'hub' ('{}') is not hf:ORG/NAME", printable(model.hub)));
  }
  const json::value* supported = object->if_contains("supported");
  if (supported == nullptr || !supported->is_bool()) return bad("'supported' is missing or not true or false");
  model.is_supported = supported->get_bool();
  return model;
}

const KnownModel* find_known(const std::vector<KnownModel>& models, const std::string& name) {
  const auto known = std::find_if(models.begin(), models.end(), [&](const KnownModel& m) { return m.name == name; });
  return known == models.end() ? nullptr : &*known;
}

tl::unexpected<Error> unknown_model(const std::string& name, const std::vector<KnownModel>& models,
                                    std::string_view what) {
  std::vector<std::string_view> names;
  for (const KnownModel& model : models) names.push_back(model.name);
  const std::string hint = did_you_mean(name, names);
  const bool may_be_on_hub = hint.empty() && parse_hub_name(name);
  return fail(ErrorCode::kNotFound,
              fmt::format("no model '{}': {}{}{}; known: {}", name, what, hint,
                          may_be_on_hub ? fmt::format("; `pith models pull hf:{}` pulls it if it is on the hub", name)
                                        : std::string(),
                          fmt::join(names, ", ")));
}

}  // namespace

std::string_view model_kind_name(ModelKind kind) {
  return std::ranges::find_if(kKinds, [&](const auto& row) { return row.second == kind; })->first;
}

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

Result<HubName> hub_name_of(const std::string& name) {
  if (has_hub_prefix(name)) return parse_hub_name(name);
  const auto models = known_models();
  if (!models) return tl::unexpected(models.error());
  if (const KnownModel* known = find_known(*models, name)) {
    if (!known->hub.empty()) return parse_hub_name(known->hub);
    return fail(ErrorCode::kInvalidArgument, fmt::format("model '{}' ships with Pith: there is nothing to pull", name));
  }
  return unknown_model(name, *models, "not a known name");
}

Result<std::string> resolve_model(const std::string& name) {
  if (has_hub_prefix(name)) {
    const auto hub = parse_hub_name(name);
    if (!hub) return tl::unexpected(hub.error());
    return resolve_pulled(*hub, name);
  }
  std::error_code error;
  const auto models = known_models();
  const KnownModel* const known = models ? find_known(*models, name) : nullptr;
  if (known != nullptr && !known->folder.empty()) return data_dir() + "/" + known->folder;
  if (std::filesystem::is_directory(name, error) || std::filesystem::is_regular_file(name, error)) return name;
  if (!models) return tl::unexpected(models.error());
  if (known != nullptr) return resolve_pulled(*parse_hub_name(known->hub), name);
  if (const auto hub = parse_hub_name(name)) {  // ORG/NAME that was pulled as hf:ORG/NAME
    if (const auto pulled = find_pulled(*hub); !pulled || *pulled) return resolve_pulled(*hub, to_text(*hub));
  }
  return unknown_model(name, *models, "neither a folder nor a known name");
}

Result<ModelInfo> describe_model(const std::string& dir) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(dir, ignored)) return describe_gguf_model(dir);
  const auto loaded = load_encoder_config(dir);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto checkpoint = Checkpoint::open(dir);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  std::int64_t n_parameters = 0;
  std::map<std::string, std::size_t> bytes_by_dtype;
  checkpoint->for_each([&](const TensorView& tensor) {
    bytes_by_dtype[tensor.stored_dtype] += tensor.bytes.size();
    if (!tensor.name.ends_with(kScaleSuffix)) n_parameters += static_cast<std::int64_t>(tensor.n_elements());
  });
  ModelInfo info = model_info(dir, loaded->config, bytes_by_dtype);
  info.n_parameters = n_parameters;
  info.n_weight_bytes = static_cast<std::int64_t>(checkpoint->n_bytes());
  return info;
}

}  // namespace pith
