#include "compress/json_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "base/json.h"
#include "base/suggest.h"
#include "compress/python_text.h"
#include "text/structure/json_scan.h"

namespace pith {
namespace {

constexpr std::array<std::string_view, 4> kFields{"rate", "compress", "pair_remove", "value_type"};
constexpr std::size_t kMaxShown = 64;

constexpr std::array<std::pair<std::string_view, JsonValueType>, 13> kValueTypes{{{"str", JsonValueType::kString},
                                                                                  {"string", JsonValueType::kString},
                                                                                  {"int", JsonValueType::kInteger},
                                                                                  {"integer", JsonValueType::kInteger},
                                                                                  {"float", JsonValueType::kNumber},
                                                                                  {"number", JsonValueType::kNumber},
                                                                                  {"bool", JsonValueType::kBoolean},
                                                                                  {"boolean", JsonValueType::kBoolean},
                                                                                  {"list", JsonValueType::kList},
                                                                                  {"List", JsonValueType::kList},
                                                                                  {"dict", JsonValueType::kDict},
                                                                                  {"dictionary", JsonValueType::kDict},
                                                                                  {"tuple", JsonValueType::kTuple}}};

/// One field's value, whichever of the two syntaxes it was in.
struct Scalar {
  enum class Type : std::uint8_t { kNumber, kBoolean, kString, kOther } type = Type::kOther;
  double number = 0;
  bool is_integer = false;
  bool boolean = false;
  std::string_view string;
};

/// Collects keys and fields with the checks both syntaxes share.
class Collector {
 public:
  explicit Collector(std::string_view name) : name_(name) {}

  Result<void> begin_key(std::string_view key) {
    if (const auto complete = end_key(); !complete) return complete;
    if (!seen_.try_emplace(std::string(key), config_.keys.size()).second) {
      return refuse(key, "is there twice; delete one");
    }
    config_.keys.emplace_back();
    config_.keys.back().key = key;
    has_.fill(false);
    return {};
  }

  Result<void> add_field(std::string_view field, const Scalar& value) {
    JsonKeyConfig& key = config_.keys.back();
    const auto known = std::ranges::find(kFields, field);
    if (known == kFields.end()) {
      return fail(ErrorCode::kUnknownField, fmt::format("{}: key \"{}\": unknown field \"{}\"{}", name_, shown(key.key),
                                                        shown(field), did_you_mean(field, kFields)));
    }
    const auto n = static_cast<std::size_t>(known - kFields.begin());
    if (has_.at(n)) return refuse(key.key, fmt::format("{} is there twice; delete one", field));
    has_.at(n) = true;
    using Type = Scalar::Type;
    if (field == "rate") {
      if (value.type != Type::kNumber || !(value.number >= 0 && value.number <= 1)) {
        return refuse(key.key, "rate must be a number from 0 to 1");
      }
      key.rate = value.number;
      key.is_integer_rate = value.is_integer;
    } else if (field == "value_type") {
      return add_value_type(value, key);
    } else {
      if (value.type != Type::kBoolean) return refuse(key.key, fmt::format("{} must be true or false", field));
      (field == "compress" ? key.compress : key.pair_remove) = value.boolean;
    }
    return {};
  }

  Result<JsonConfig> finish() {
    if (const auto complete = end_key(); !complete) return tl::unexpected(complete.error());
    return std::move(config_);
  }

  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view key, std::string_view what) const {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: key \"{}\": {}", name_, shown(key), what));
  }

 private:
  [[nodiscard]] static std::string_view shown(std::string_view text) { return text.substr(0, kMaxShown); }

  Result<void> add_value_type(const Scalar& value, JsonKeyConfig& key) const {
    const auto known = std::ranges::find(kValueTypes, value.string, [](const auto& type) { return type.first; });
    if (value.type != Scalar::Type::kString || known == kValueTypes.end()) {
      return refuse(key.key,
                    fmt::format("value_type \"{}\" is not known; write str, int, float, bool, list, dict or tuple",
                                shown(value.string)));
    }
    key.value_type = known->second;
    return {};
  }

  Result<void> end_key() const {
    if (config_.keys.empty()) return {};
    for (std::size_t n = 0; n < kFields.size(); ++n) {
      if (!has_.at(n)) return refuse(config_.keys.back().key, fmt::format("{} is missing; add it", kFields.at(n)));
    }
    return {};
  }

  std::string_view name_;
  JsonConfig config_;
  std::unordered_map<std::string, std::size_t> seen_;
  std::array<bool, 4> has_{};
};

Scalar scalar_of(const json::value& value) {
  Scalar scalar;
  if (value.is_number()) {
    scalar = {Scalar::Type::kNumber, value.to_number<double>(), !value.is_double(), false, {}};
  } else if (value.is_bool()) {
    scalar = {Scalar::Type::kBoolean, 0, false, value.get_bool(), {}};
  } else if (value.is_string()) {
    scalar = {Scalar::Type::kString, 0, false, false, value.get_string()};
  }
  return scalar;
}

Result<JsonConfig> config_of_json(std::string_view text, std::string_view name) {
  const auto document = parse_json(text, name);
  if (!document) return tl::unexpected(document.error());
  Collector collector(name);
  for (const auto& [key, fields] : document->as_object()) {
    if (const auto begun = collector.begin_key(key); !begun) return tl::unexpected(begun.error());
    if (!fields.is_object())
      return collector.refuse(key, "expected an object with rate, compress, pair_remove, value_type");
    for (const auto& [field, value] : fields.get_object()) {
      if (const auto added = collector.add_field(field, scalar_of(value)); !added) return tl::unexpected(added.error());
    }
  }
  return collector.finish();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0];
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

Scalar yaml_scalar(std::string_view text) {
  Scalar scalar{Scalar::Type::kString, 0, false, false, unquoted(text)};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), scalar.number);
  if (error == std::errc() && stop == text.data() + text.size() &&
      text.find_first_of("naNA") == std::string_view::npos) {
    scalar.type = Scalar::Type::kNumber;
    scalar.is_integer = text.find_first_of(".eE") == std::string_view::npos;
  } else if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
             text == "FALSE") {
    scalar.type = Scalar::Type::kBoolean;
    scalar.boolean = text[0] == 't' || text[0] == 'T';
  }
  return scalar;
}

/// `key:` lines at the margin, `field: value` lines below them by any indentation; comments and blank lines.
Result<JsonConfig> parse_yaml(std::string_view text, std::string_view name) {
  Collector collector(name);
  bool has_key = false;
  std::size_t n_line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++n_line;
    const auto broken = [&](std::string_view what) {
      return fail(ErrorCode::kBadInput, fmt::format("{}:{}: {}", name, n_line, what));
    };
    // A comment begins a line or follows a blank.
    for (std::size_t sign = line.find('#'); sign != std::string_view::npos; sign = line.find('#', sign + 1)) {
      if (sign > 0 && line[sign - 1] != ' ' && line[sign - 1] != '\t') continue;
      line = line.substr(0, sign);
      break;
    }
    const std::string_view content = trimmed(line);
    if (content.empty() || content == "---") continue;
    if (line[0] == '\t') return broken("YAML is indented by spaces; replace the tab");
    if (line[0] != ' ') {
      if (content.back() != ':') return broken("expected `key:` with its fields indented below");
      if (const auto begun = collector.begin_key(unquoted(trimmed(content.substr(0, content.size() - 1)))); !begun) {
        return tl::unexpected(begun.error());
      }
      has_key = true;
      continue;
    }
    if (!has_key) return broken("expected a key at the margin first");
    const std::size_t colon = content.find(": ");
    if (colon == std::string_view::npos) return broken("expected `field: value`, such as `rate: 0.5`");
    const auto added =
        collector.add_field(unquoted(content.substr(0, colon)), yaml_scalar(trimmed(content.substr(colon + 1))));
    if (!added)
      return tl::unexpected(Error{added.error().code, fmt::format("{} (line {})", added.error().message, n_line)});
  }
  return collector.finish();
}

/// Whether a value may be given as `type`.
bool fits(JsonValueType type, JsonType value) {
  switch (type) {
    case JsonValueType::kString:
      return true;
    case JsonValueType::kInteger:
    case JsonValueType::kNumber:
      return value == JsonType::kNumber || value == JsonType::kString;
    case JsonValueType::kBoolean:
      return value == JsonType::kTrue || value == JsonType::kFalse || value == JsonType::kString;
    case JsonValueType::kDict:
      return value == JsonType::kObject;
    case JsonValueType::kList:
    case JsonValueType::kTuple:
      return value == JsonType::kArray;
  }
  return false;
}

/// Takes out what is below the nodes that became leaves.
void remove_below_leaves(std::vector<std::uint32_t> leaves, std::vector<NodeRate>& rates, Structure& structure) {
  std::vector<Node>& nodes = structure.nodes;
  std::vector<std::uint32_t> moved(nodes.size() + 1);  // where each node goes, or would
  std::uint32_t n_kept = 0, hidden_until = 0;
  std::size_t next_leaf = 0;
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    moved[n] = n_kept;
    if (n < hidden_until) continue;
    if (next_leaf < leaves.size() && leaves[next_leaf] == n) {
      hidden_until = nodes[n].end;
      ++next_leaf;
    }
    nodes[n_kept++] = nodes[n];
  }
  moved.back() = n_kept;
  for (std::uint32_t n = 0; n < n_kept; ++n) {
    nodes[n].parent = moved[nodes[n].parent];
    nodes[n].end = moved[nodes[n].end];
  }
  nodes.resize(n_kept);
  for (NodeRate& rate : rates) rate.node = moved[rate.node];
}

}  // namespace

const JsonKeyConfig* JsonConfig::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &JsonKeyConfig::key);
  return found == keys.end() ? nullptr : &*found;
}

Result<JsonConfig> parse_json_config(std::string_view text, std::string_view name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return config_of_json(text, name);
  return parse_yaml(text, name);
}

Result<std::vector<NodeRate>> apply_json_config(const JsonConfig& config, std::string_view text, Structure& structure) {
  JsonTape tape;
  const auto broken = scan_json(text, {0, static_cast<std::uint32_t>(text.size())}, tape);
  if (broken || tape.values[0].type != JsonType::kObject) {
    return fail(ErrorCode::kInvalidArgument, "json_config needs a text that is one JSON object");
  }
  struct Pair {
    const JsonKeyConfig* key;
    std::uint32_t begin;
  };
  std::unordered_map<std::string_view, const JsonKeyConfig*> by_name;
  for (const JsonKeyConfig& key : config.keys) by_name[key.key] = &key;
  std::vector<Pair> pairs;
  std::unordered_map<std::string, bool> seen;
  for (std::uint32_t child = 1; child < tape.values[0].end; child = tape.values[child].end) {
    const JsonValue& value = tape.values[child];
    std::string name = utf8_of(decode_json_string(value.key.of(text)));
    const auto key = by_name.find(name);
    if (key == by_name.end()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("json_config has no key \"{}\" that the text has; add it", name.substr(0, kMaxShown)));
    }
    if (!fits(key->second->value_type, value.type)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("json_config: key \"{}\": the value is not of its value_type; give its own or str",
                              name.substr(0, kMaxShown)));
    }
    pairs.push_back({key->second, value.begin()});
    seen.try_emplace(std::move(name), true);
  }
  for (const JsonKeyConfig& key : config.keys) {
    if (!seen.contains(key.key)) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("json_config has a key \"{}\" that the text has not; delete it", key.key.substr(0, kMaxShown)));
    }
  }

  std::vector<NodeRate> rates;
  std::vector<std::uint32_t> leaves;
  std::size_t next = 0;
  const std::uint32_t object = 1;
  if (structure.nodes.size() <= object || structure.nodes[object].kind != Kind::kJsonObject) return rates;  // {}
  for (std::uint32_t n = object + 1; n < structure.nodes[object].end && next < pairs.size();) {
    Node& node = structure.nodes[n];
    const std::uint32_t end = node.end;
    if (node.kind == Kind::kJsonMember && node.span.begin == pairs[next].begin) {
      const JsonKeyConfig& key = *pairs[next++].key;
      if (key.is_verbatim() && !key.pair_remove) {
        node.is_forced = true;
      } else if (key.is_verbatim()) {
        node.policy = Policy::kWhole;
        leaves.push_back(n);
      } else {
        node.is_required = !key.pair_remove;
        rates.push_back({n, key.rate});
      }
    }
    n = end;
  }
  remove_below_leaves(std::move(leaves), rates, structure);
  return rates;
}

}  // namespace pith
