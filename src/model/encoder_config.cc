#include "model/encoder_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "model/config_reader.h"
#include "model/modernbert_config.h"
#include "model/shown_name.h"

namespace pith {
namespace {

/// More than any published encoder by an order of magnitude, and small enough that no product below overflows.
constexpr std::int64_t kMaxSize = 1 << 20;
constexpr std::int64_t kMaxVocabSize = 1 << 24;
constexpr std::int64_t kMaxLayers = 1024;

struct ArchitectureRow {
  Architecture architecture;
  std::string_view name;
  std::string_view title;
};
constexpr std::array<ArchitectureRow, 5> kArchitectures{{{Architecture::kBert, "bert", "BERT"},
                                                         {Architecture::kRoberta, "roberta", "RoBERTa"},
                                                         {Architecture::kXlmRoberta, "xlm-roberta", "XLM-RoBERTa"},
                                                         {Architecture::kDistilBert, "distilbert", "DistilBERT"},
                                                         {Architecture::kModernBert, "modernbert", "ModernBERT"}}};

const ArchitectureRow& row_of(Architecture architecture) {
  return *std::ranges::find(kArchitectures, architecture, &ArchitectureRow::architecture);
}

/// What the same number is called in each family; "" where the family has no such number.
struct Keys {
  std::string_view n_layers = "num_hidden_layers";
  std::string_view hidden_size = "hidden_size";
  std::string_view n_heads = "num_attention_heads";
  std::string_view intermediate_size = "intermediate_size";
  std::string_view type_vocab_size = "type_vocab_size";
  std::string_view activation = "hidden_act";
  std::string_view layer_norm_eps = "layer_norm_eps";
  double default_eps = 1e-12;
};

Keys keys_of(Architecture architecture) {
  if (architecture == Architecture::kDistilBert) {
    return {.n_layers = "n_layers",
            .hidden_size = "dim",
            .n_heads = "n_heads",
            .intermediate_size = "hidden_dim",
            .type_vocab_size = "",
            .activation = "activation",
            .layer_norm_eps = ""};
  }
  if (architecture == Architecture::kModernBert) {
    return {
        .type_vocab_size = "", .activation = "hidden_activation", .layer_norm_eps = "norm_eps", .default_eps = 1e-5};
  }
  return {};
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

bool names_keep(std::string_view label) {
  const std::string lower = lower_ascii(label);
  return lower.find("keep") != std::string::npos || lower.find("preserve") != std::string::npos;
}

/// Names of the labels by index; empty when the file names none. Errors: kBadModel.
Result<std::array<std::string, 2>> read_labels(const ConfigReader& reader) {
  std::array<std::string, 2> labels{"LABEL_0", "LABEL_1"};
  const auto wrong_count = [&](std::size_t n) {
    return reader.bad(
        fmt::format("a keep/drop classifier has 2 labels, found {}; this is not a token classifier Pith can use", n));
  };
  if (reader.lacks("id2label")) {
    // transformers' default is two labels; num_labels overrides it.
    const json::value* num_labels = reader.find("num_labels");
    if (num_labels != nullptr && (!num_labels->is_int64() || num_labels->get_int64() != 2)) {
      return reader.bad("num_labels must be 2 (drop, keep), found " + ConfigReader::shown(*num_labels));
    }
    return labels;
  }
  const json::value& id2label = *reader.find("id2label");
  if (!id2label.is_object()) return reader.bad("id2label must be an object, found " + ConfigReader::shown(id2label));
  const json::object& object = id2label.get_object();
  if (object.size() != labels.size()) return wrong_count(object.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const json::value* label = object.if_contains(std::to_string(i));
    if (label == nullptr || !label->is_string()) return reader.bad(fmt::format("id2label has no name for label {}", i));
    labels[i] = std::string(label->get_string());
  }
  return labels;
}

Result<Architecture> read_architecture(const ConfigReader& reader) {
  const auto model_type = reader.text("model_type");
  if (!model_type) return tl::unexpected(model_type.error());
  if (model_type->empty()) return reader.bad("model_type is missing");
  const auto* row = std::ranges::find(kArchitectures, *model_type, &ArchitectureRow::name);
  if (row != kArchitectures.end()) return row->architecture;
  std::string known;
  for (const ArchitectureRow& r : kArchitectures) known += (known.empty() ? "" : ", ") + std::string(r.name);
  return reader.unsupported(
      fmt::format("model_type {} is not supported; supported: {}", shown_name(*model_type), known));
}

Result<void> read_sizes(const ConfigReader& reader, const Keys& keys, EncoderConfig* config) {
  const std::array<std::tuple<std::string_view, std::int64_t*, std::int64_t>, 7> sizes{{
      {keys.n_layers, &config->n_layers, kMaxLayers},
      {keys.hidden_size, &config->hidden_size, kMaxSize},
      {keys.n_heads, &config->n_heads, kMaxSize},
      {keys.intermediate_size, &config->intermediate_size, kMaxSize},
      {"max_position_embeddings", &config->n_positions, kMaxSize},
      {keys.type_vocab_size, &config->type_vocab_size, kMaxSize},
      {"vocab_size", &config->vocab_size, kMaxVocabSize},
  }};
  for (const auto& [key, target, max] : sizes) {
    if (key.empty()) continue;
    const auto value = reader.integer(key, 1, max);
    if (!value) return tl::unexpected(value.error());
    *target = *value;
  }
  if (config->hidden_size % config->n_heads != 0) {
    return reader.bad(fmt::format("{} {} is not a multiple of {} {}", keys.hidden_size, config->hidden_size,
                                  keys.n_heads, config->n_heads));
  }
  return {};
}

/// Which positions there are, and so how long a sequence may be.
Result<void> read_positions(const ConfigReader& reader, EncoderConfig* config) {
  // ModernBERT's published files say "absolute" too, which nothing reads.
  const auto type = reader.text("position_embedding_type");
  if (!type) return tl::unexpected(type.error());
  if (!type->empty() && *type != "absolute") {
    return reader.unsupported(
        fmt::format("position_embedding_type {} is not supported; supported: absolute", shown_name(*type)));
  }
  config->max_sequence_tokens = config->n_positions;
  switch (config->architecture) {
    case Architecture::kRoberta:
    case Architecture::kXlmRoberta: {
      const auto padding = reader.integer_or("pad_token_id", 0, kMaxVocabSize, 1);
      if (!padding) return tl::unexpected(padding.error());
      config->pad_token_id = *padding;
      config->first_position = *padding + 1;
      config->max_sequence_tokens -= config->first_position;
      if (config->max_sequence_tokens < 1) {
        return reader.bad(fmt::format(
            "max_position_embeddings {} leaves no position: the first token has position pad_token_id + 1 = {}",
            config->n_positions, config->first_position));
      }
      return {};
    }
    case Architecture::kModernBert:
      config->n_positions = 0;
      if (config->head_size() % 2 != 0) {
        return reader.bad(
            fmt::format("rotary positions need an even head size, found {} = hidden_size {} / "
                        "num_attention_heads {}",
                        config->head_size(), config->hidden_size, config->n_heads));
      }
      return {};
    case Architecture::kBert:
    case Architecture::kDistilBert:
      break;
  }
  return {};
}

}  // namespace

std::string_view architecture_name(Architecture architecture) { return row_of(architecture).name; }

std::string_view architecture_title(Architecture architecture) { return row_of(architecture).title; }

Result<EncoderConfig> parse_encoder_config(std::string_view text, const std::string& name, EncoderTask task) {
  const auto document = parse_json(text, name);
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  if (!document->is_object()) return fail(ErrorCode::kBadModel, name + ": not a JSON object");
  const ConfigReader reader(document->get_object(), name);

  EncoderConfig config;
  config.task = task;
  const auto architecture = read_architecture(reader);
  if (!architecture) return tl::unexpected(architecture.error());
  config.architecture = *architecture;
  const Keys keys = keys_of(config.architecture);
  if (auto ok = read_sizes(reader, keys, &config); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_positions(reader, &config); !ok) return tl::unexpected(ok.error());
  config.max_sequence_tokens = std::min(config.max_sequence_tokens, kMaxSequenceTokens);

  config.layer_norm_eps = keys.default_eps;
  if (!keys.layer_norm_eps.empty()) {
    const auto eps = reader.positive_or(keys.layer_norm_eps, 1, keys.default_eps);
    if (!eps) return tl::unexpected(eps.error());
    config.layer_norm_eps = *eps;
  }
  const auto activation = reader.activation(keys.activation);
  if (!activation) return tl::unexpected(activation.error());
  config.activation = *activation;
  if (config.architecture == Architecture::kModernBert) {
    auto modern = read_modernbert_config(reader, config.n_layers);
    if (!modern) return tl::unexpected(modern.error());
    config.modern = std::move(*modern);
  }

  if (task == EncoderTask::kTextEmbedder) return config;
  const auto labels = read_labels(reader);
  if (!labels) return tl::unexpected(labels.error());
  config.keep_label = names_keep((*labels)[0]) && !names_keep((*labels)[1]) ? 0 : 1;
  config.keep_label_name = (*labels)[static_cast<std::size_t>(config.keep_label)];
  return config;
}

Result<LoadedEncoderConfig> load_encoder_config(const std::string& model_dir, EncoderTask task) {
  const std::string path = (std::filesystem::path(model_dir) / "config.json").string();
  auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto config = parse_encoder_config(*text, path, task);
  if (!config) return tl::unexpected(config.error());
  return LoadedEncoderConfig{std::move(*config), std::move(*text)};
}

}  // namespace pith
