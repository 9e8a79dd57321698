#include "model/bert_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json.h"

namespace pith {
namespace {

/// More than any published encoder by an order of magnitude, and small enough that no product below overflows.
constexpr std::int64_t kMaxSize = 1 << 20;
constexpr std::int64_t kMaxVocabSize = 1 << 24;

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

bool names_keep(std::string_view label) {
  const std::string lower = lower_ascii(label);
  return lower.find("keep") != std::string::npos || lower.find("preserve") != std::string::npos;
}

class Reader {
 public:
  Reader(const json::object& object, const std::string& name) : object_(object), name_(name) {}

  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const {
    return fail(ErrorCode::kBadModel, name_ + ": " + what);
  }
  [[nodiscard]] tl::unexpected<Error> unsupported(const std::string& what) const {
    return fail(ErrorCode::kUnsupported, name_ + ": " + what);
  }

  [[nodiscard]] Result<std::int64_t> size(std::string_view key, std::int64_t max) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) return bad(fmt::format("{} is missing", key));
    const std::int64_t* number = value->if_int64();
    if (number == nullptr || *number < 1 || *number > max) {
      return bad(fmt::format("{} must be a whole number from 1 to {}, found {}", key, max, shown(*value)));
    }
    return *number;
  }

  /// "" when absent or null.
  [[nodiscard]] Result<std::string> text(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string()) return bad(fmt::format("{} must be a string, found {}", key, shown(*value)));
    return std::string(value->get_string());
  }

  [[nodiscard]] const json::value* find(std::string_view key) const { return object_.if_contains(key); }

  static std::string shown(const json::value& value) {
    std::string text = json::serialize(value);
    return text.size() <= 60 ? text : text.substr(0, 57) + "...";
  }

 private:
  const json::object& object_;
  const std::string& name_;
};

/// Names of the labels by index; empty when the file names none. Errors: kBadModel.
Result<std::array<std::string, 2>> read_labels(const Reader& reader) {
  std::array<std::string, 2> labels{"LABEL_0", "LABEL_1"};
  const auto wrong_count = [&](std::size_t n) {
    return reader.bad(
        fmt::format("a keep/drop classifier has 2 labels, found {}; this is not a token classifier Pith can use", n));
  };
  const json::value* id2label = reader.find("id2label");
  if (id2label == nullptr || id2label->is_null()) {
    // transformers' default is two labels; num_labels overrides it.
    const json::value* num_labels = reader.find("num_labels");
    if (num_labels != nullptr && (!num_labels->is_int64() || num_labels->get_int64() != 2)) {
      return reader.bad("num_labels must be 2 (drop, keep), found " + Reader::shown(*num_labels));
    }
    return labels;
  }
  if (!id2label->is_object()) return reader.bad("id2label must be an object, found " + Reader::shown(*id2label));
  const json::object& object = id2label->get_object();
  if (object.size() != labels.size()) return wrong_count(object.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const json::value* label = object.if_contains(std::to_string(i));
    if (label == nullptr || !label->is_string()) return reader.bad(fmt::format("id2label has no name for label {}", i));
    labels[i] = std::string(label->get_string());
  }
  return labels;
}

}  // namespace

Result<BertConfig> parse_bert_config(std::string_view text, const std::string& name) {
  const auto document = parse_json(text, name);
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  if (!document->is_object()) return fail(ErrorCode::kBadModel, name + ": not a JSON object");
  const Reader reader(document->get_object(), name);

  const auto model_type = reader.text("model_type");
  if (!model_type) return tl::unexpected(model_type.error());
  if (model_type->empty()) return reader.bad("model_type is missing");
  if (*model_type != "bert") {
    return reader.unsupported(fmt::format("model_type '{}' is not supported; supported: bert", *model_type));
  }
  const auto position_type = reader.text("position_embedding_type");
  if (!position_type) return tl::unexpected(position_type.error());
  if (!position_type->empty() && *position_type != "absolute") {
    return reader.unsupported(
        fmt::format("position_embedding_type '{}' is not supported; supported: absolute", *position_type));
  }

  BertConfig config;
  const std::array<std::tuple<std::string_view, std::int64_t*, std::int64_t>, 7> sizes{{
      {"num_hidden_layers", &config.n_layers, 1024},
      {"hidden_size", &config.hidden_size, kMaxSize},
      {"num_attention_heads", &config.n_heads, kMaxSize},
      {"intermediate_size", &config.intermediate_size, kMaxSize},
      {"max_position_embeddings", &config.max_position_embeddings, kMaxSize},
      {"type_vocab_size", &config.type_vocab_size, kMaxSize},
      {"vocab_size", &config.vocab_size, kMaxVocabSize},
  }};
  for (const auto& [key, target, max] : sizes) {
    const auto value = reader.size(key, max);
    if (!value) return tl::unexpected(value.error());
    *target = *value;
  }
  if (config.hidden_size % config.n_heads != 0) {
    return reader.bad(
        fmt::format("hidden_size {} is not a multiple of num_attention_heads {}", config.hidden_size, config.n_heads));
  }

  if (const json::value* eps = reader.find("layer_norm_eps"); eps != nullptr) {
    if (!eps->is_number() || !(eps->to_number<double>() > 0) || eps->to_number<double>() > 1) {
      return reader.bad("layer_norm_eps must be a number in (0, 1], found " + Reader::shown(*eps));
    }
    config.layer_norm_eps = eps->to_number<double>();
  }

  const auto activation = reader.text("hidden_act");
  if (!activation) return tl::unexpected(activation.error());
  constexpr std::array<std::pair<std::string_view, Activation>, 5> kActivations{
      {{"", Activation::kGelu},
       {"gelu", Activation::kGelu},
       {"gelu_new", Activation::kGeluTanh},
       {"gelu_pytorch_tanh", Activation::kGeluTanh},
       {"relu", Activation::kRelu}}};
  const auto* found =
      std::find_if(kActivations.begin(), kActivations.end(), [&](const auto& row) { return row.first == *activation; });
  if (found == kActivations.end()) {
    return reader.unsupported(fmt::format(
        "hidden_act '{}' is not supported; supported: gelu, gelu_new, gelu_pytorch_tanh, relu", *activation));
  }
  config.activation = found->second;

  const auto labels = read_labels(reader);
  if (!labels) return tl::unexpected(labels.error());
  config.keep_label = names_keep((*labels)[0]) && !names_keep((*labels)[1]) ? 0 : 1;
  config.keep_label_name = (*labels)[static_cast<std::size_t>(config.keep_label)];
  return config;
}

}  // namespace pith
