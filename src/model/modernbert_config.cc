#include "model/modernbert_config.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "model/shown_name.h"

namespace pith {
namespace {

constexpr std::int64_t kMaxLocalAttention = std::int64_t{1} << 20;
constexpr double kMaxTheta = 1e12;
constexpr std::string_view kGlobal = "full_attention";
constexpr std::string_view kLocal = "sliding_attention";

Result<std::vector<bool>> read_layer_types(const ConfigReader& reader, std::int64_t n_layers) {
  std::vector<bool> is_local;
  if (reader.lacks("layer_types")) {
    const auto every = reader.integer_or("global_attn_every_n_layers", 1, kMaxLocalAttention, 3);
    if (!every) return tl::unexpected(every.error());
    for (std::int64_t i = 0; i < n_layers; ++i) is_local.push_back(i % *every != 0);
    return is_local;
  }
  const json::value& types = *reader.find("layer_types");
  if (!types.is_array() || types.get_array().size() != static_cast<std::size_t>(n_layers)) {
    return reader.bad(
        fmt::format("layer_types must be a list of {} names, one a layer, found {}", n_layers, reader.shown(types)));
  }
  for (const json::value& type : types.get_array()) {
    if (!type.is_string() || (type.get_string() != kGlobal && type.get_string() != kLocal)) {
      return reader.unsupported(
          fmt::format("layer_types holds {}; supported: \"{}\", \"{}\"", reader.shown(type), kGlobal, kLocal));
    }
    is_local.push_back(type.get_string() == kLocal);
  }
  return is_local;
}

/// rope_type (or "type", its older spelling) other than default changes the frequencies.
Result<void> refuse_scaling(const ConfigReader& reader) {
  for (const char* key : {"rope_type", "type"}) {
    const auto type = reader.text(key);
    if (!type) return tl::unexpected(type.error());
    if (!type->empty() && *type != "default") {
      return reader.unsupported(fmt::format("{} {} is not supported; supported: default", key, shown_name(*type)));
    }
  }
  return {};
}

/// rope_parameters.<layer type>.rope_theta, or `fallback`.
Result<double> read_theta(const ConfigReader& parameters, std::string_view layer_type, double fallback) {
  if (parameters.lacks(layer_type)) return fallback;
  const auto reader = parameters.object(layer_type);
  if (!reader) return tl::unexpected(reader.error());
  if (auto ok = refuse_scaling(*reader); !ok) return tl::unexpected(ok.error());
  return reader->positive_or("rope_theta", kMaxTheta, fallback);
}

Result<void> read_thetas(const ConfigReader& reader, ModernBertConfig* config) {
  if (!reader.lacks("rope_scaling")) {
    const auto scaling = reader.object("rope_scaling");
    if (!scaling) return tl::unexpected(scaling.error());
    if (auto ok = refuse_scaling(*scaling); !ok) return ok;
  }
  auto global = reader.positive_or("global_rope_theta", kMaxTheta, config->global_rope_theta);
  if (!global) return tl::unexpected(global.error());
  // An explicit null means the global one; absence means the default.
  const bool is_null = reader.find("local_rope_theta") != nullptr && reader.lacks("local_rope_theta");
  auto local = reader.positive_or("local_rope_theta", kMaxTheta, is_null ? *global : config->local_rope_theta);
  if (!local) return tl::unexpected(local.error());
  if (!reader.lacks("rope_parameters")) {
    const auto parameters = reader.object("rope_parameters");
    if (!parameters) return tl::unexpected(parameters.error());
    // One set for all layers has its rope_theta here; ModernBERT has one per layer type.
    if (!parameters->lacks("rope_theta")) {
      return parameters->unsupported(
          fmt::format("rope_theta stands beside no layer type; expected '{}' and '{}'", kGlobal, kLocal));
    }
    global = read_theta(*parameters, kGlobal, *global);
    if (!global) return tl::unexpected(global.error());
    local = read_theta(*parameters, kLocal, *local);
    if (!local) return tl::unexpected(local.error());
  }
  config->global_rope_theta = *global;
  config->local_rope_theta = *local;
  return {};
}

}  // namespace

Result<ModernBertConfig> read_modernbert_config(const ConfigReader& reader, std::int64_t n_layers) {
  ModernBertConfig config;
  const std::array<std::pair<std::string_view, bool*>, 4> flags{{{"attention_bias", &config.attention_bias},
                                                                 {"mlp_bias", &config.mlp_bias},
                                                                 {"norm_bias", &config.norm_bias},
                                                                 {"classifier_bias", &config.classifier_bias}}};
  for (const auto& [key, target] : flags) {
    const auto value = reader.boolean_or(key, *target);
    if (!value) return tl::unexpected(value.error());
    *target = *value;
  }
  const auto activation = reader.activation("classifier_activation");
  if (!activation) return tl::unexpected(activation.error());
  config.classifier_activation = *activation;
  const auto local_attention =
      reader.integer_or("local_attention", 1, kMaxLocalAttention, 2 * config.local_reach_tokens);
  if (!local_attention) return tl::unexpected(local_attention.error());
  config.local_reach_tokens = *local_attention / 2;
  auto is_local = read_layer_types(reader, n_layers);
  if (!is_local) return tl::unexpected(is_local.error());
  config.is_local_layer = std::move(*is_local);
  if (auto ok = read_thetas(reader, &config); !ok) return tl::unexpected(ok.error());
  return config;
}

}  // namespace pith
