#include "compress/reference_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "compress/python_text.h"
#include "text/structure/json_scan.h"
#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::string_view kProtect = "<llmlingua, compress=False>";
constexpr std::string_view kClose = "</llmlingua>";

bool is_python_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_python_space(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && is_python_space(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

/// int() of decimal digits in a string: sign, digits with single underscores between them.
std::optional<std::string> integer_in(std::string_view text) {
  text = trimmed(text);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  char last = '_';
  for (const char c : text) {
    if (c == '_' ? last == '_' : c < '0' || c > '9') return std::nullopt;
    if (c != '_') digits += c;
    last = c;
  }
  if (last == '_') return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (is_negative && digits != "0") digits.insert(0, 1, '-');
  return digits;
}

std::optional<double> float_in(std::string_view given) {
  given = trimmed(given);
  if (given.starts_with('+')) given.remove_prefix(1);
  std::string text;
  const auto is_digit = [&](std::size_t at) { return at < given.size() && given[at] >= '0' && given[at] <= '9'; };
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool joins = given[i] == '_' && i > 0 && is_digit(i - 1) && is_digit(i + 1);
    if (given[i] == '(') return std::nullopt;
    if (!joins) text += given[i];
  }
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error == std::errc::invalid_argument || stop != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(text.c_str(), nullptr);
  return value;
}

/// Writes one pair as the library tags it.
class PairWriter {
 public:
  PairWriter(std::string_view text, const JsonTape& tape, const JsonKeyConfig& config)
      : text_(text), tape_(tape), config_(config) {}

  Result<std::string> write(const std::u32string& key, std::uint32_t index) const {
    const std::string dumped_key = python_dumps(key);
    if (config_.is_verbatim()) {
      return fmt::format("{}{}: {}, {}", kProtect, dumped_key, python_dumps(text_, tape_, index), kClose);
    }
    const std::string plain_key = utf8_of(key);
    switch (config_.value_type) {
      case JsonValueType::kString:
        return quoted(dumped_key, python_dumps(python_str(text_, tape_, index)));
      case JsonValueType::kBoolean: {
        const auto boolean = boolean_of(tape_.values[index]);
        if (!boolean) return wrong("true or false");
        return quoted(dumped_key, *boolean ? "\"true\"" : "\"false\"");
      }
      case JsonValueType::kInteger:
      case JsonValueType::kNumber: {
        const bool is_integer = config_.value_type == JsonValueType::kInteger;
        const auto number = is_integer ? integer_of(tape_.values[index]) : float_of(tape_.values[index]);
        if (!number) return wrong("a number");
        return fmt::format("{}\"{}\": {}{}{}, {}", kProtect, plain_key, kClose, compressed(*number), kProtect, kClose);
      }
      case JsonValueType::kList:
        return sequence(plain_key, index, '[', ']');
      case JsonValueType::kDict:
        return sequence(plain_key, index, '[', ']');
      case JsonValueType::kTuple:
        return sequence(plain_key, index, '(', ')');
    }
    return wrong("known");
  }

 private:
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("json_config: key \"{}\": its value is not {}; correct value_type",
                            config_.key.substr(0, 64), what));
  }

  [[nodiscard]] std::string compressed(std::string_view content) const {
    const std::string rate = config_.is_integer_rate ? fmt::format("{}", config_.rate) : python_float(config_.rate);
    return fmt::format("<llmlingua, rate={}>{}{}", rate, content, kClose);
  }

  /// `"key": "value", ` with the value, given with its quotes, compressed.
  [[nodiscard]] std::string quoted(std::string_view key, std::string_view value) const {
    return fmt::format("{}{}: \"{}{}{}\", {}", kProtect, key, kClose, compressed(value.substr(1, value.size() - 2)),
                       kProtect, kClose);
  }

  [[nodiscard]] std::string_view bytes(const JsonValue& value) const { return value.span.of(text_); }
  [[nodiscard]] std::string string_of(const JsonValue& value) const {
    return utf8_of(decode_json_string(bytes(value)));
  }

  [[nodiscard]] std::optional<bool> boolean_of(const JsonValue& value) const {
    if (value.type == JsonType::kTrue || value.type == JsonType::kFalse) return value.type == JsonType::kTrue;
    if (value.type == JsonType::kNumber) {
      const auto number = float_in(bytes(value));
      if (number == 1) return true;
      if (number == 0) return false;
    }
    if (value.type != JsonType::kString) return std::nullopt;
    const std::string string = string_of(value);
    if (string == "True" || string == "true" || string == "TRUE") return true;
    if (string == "False" || string == "false" || string == "FALSE") return false;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> integer_of(const JsonValue& value) const {
    if (value.type == JsonType::kTrue || value.type == JsonType::kFalse)
      return value.type == JsonType::kTrue ? "1" : "0";
    if (value.type == JsonType::kString) return integer_in(string_of(value));
    if (value.type != JsonType::kNumber) return std::nullopt;
    if (bytes(value).find_first_of(".eE") == std::string_view::npos) return python_number(bytes(value));
    const auto number = float_in(bytes(value));
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return fmt::format("{:.0f}", std::trunc(*number) + 0.0);  // no negative zero
  }

  [[nodiscard]] std::optional<std::string> float_of(const JsonValue& value) const {
    if (value.type == JsonType::kTrue || value.type == JsonType::kFalse)
      return value.type == JsonType::kTrue ? "1.0" : "0.0";
    if (value.type != JsonType::kString && value.type != JsonType::kNumber) return std::nullopt;
    const bool is_string = value.type == JsonType::kString;
    const auto number = float_in(is_string ? string_of(value) : std::string(bytes(value)));
    if (!number) return std::nullopt;
    const bool is_integer = !is_string && bytes(value).find_first_of(".eE") == std::string_view::npos;
    if (is_integer && !std::isfinite(*number)) return std::nullopt;
    return python_float(is_integer && *number == 0 ? 0 : *number);
  }

  /// What Python iterates over: elements, `k: v` items, keys, or the characters of a string.
  [[nodiscard]] std::optional<std::vector<std::u32string>> items_of(std::uint32_t index) const {
    const JsonValue& value = tape_.values[index];
    std::vector<std::u32string> items;
    const bool is_dict = config_.value_type == JsonValueType::kDict;
    if (value.type == JsonType::kObject) {
      for (const PythonItem& item : python_items(text_, tape_, index)) {
        items.push_back(is_dict ? item.key + U": " + python_str(text_, tape_, item.value) : item.key);
      }
    } else if (value.type == JsonType::kArray && !is_dict) {
      for (std::uint32_t child = index + 1; child < value.end; child = tape_.values[child].end) {
        items.push_back(python_str(text_, tape_, child));
      }
    } else if (value.type == JsonType::kString && !is_dict) {
      for (const char32_t c : decode_json_string(bytes(value))) items.emplace_back(1, c);
    } else {
      return std::nullopt;
    }
    return items;
  }

  [[nodiscard]] Result<std::string> sequence(std::string_view key, std::uint32_t index, char open, char close) const {
    const auto items = items_of(index);
    if (!items) return wrong(config_.value_type == JsonValueType::kDict ? "an object" : "a list");
    std::string out = fmt::format("{}\"{}\": {}\"", kProtect, key, open);
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += "\", \"";
      out += fmt::format("{}{}{}", kClose, compressed(utf8_of((*items)[i])), kProtect);
    }
    return out + fmt::format("\"{}, {}", close, kClose);
  }

  std::string_view text_;
  const JsonTape& tape_;
  const JsonKeyConfig& config_;
};

}  // namespace

Result<ReferenceJson> make_reference_json(const JsonConfig& config, std::string_view text) {
  JsonTape tape;
  if (const auto broken = scan_json(text, {0, static_cast<std::uint32_t>(text.size())}, tape)) {
    return fail(ErrorCode::kBadInput,
                fmt::format("json_data: {}: {}", line_and_column(text, broken->at), broken->what));
  }
  if (tape.values[0].type != JsonType::kObject) return fail(ErrorCode::kBadInput, "json_data is not a JSON object");
  const std::vector<PythonItem> items = python_items(text, tape, 0);
  std::unordered_map<std::string_view, const JsonKeyConfig*> by_name;
  for (const JsonKeyConfig& key : config.keys) by_name[key.key] = &key;

  ReferenceJson reference;
  reference.contexts.push_back(fmt::format("{}{{{}", kProtect, kClose));
  reference.forced_contexts.push_back(0);
  for (const PythonItem& item : items) {
    const std::string name = utf8_of(item.key);
    const auto key = by_name.find(name);
    if (key == by_name.end()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("json_config has no key \"{}\" that json_data has; add it", name.substr(0, 64)));
    }
    if (!key->second->pair_remove) {
      reference.forced_contexts.push_back(static_cast<std::uint32_t>(reference.contexts.size()));
    }
    auto context = PairWriter(text, tape, *key->second).write(item.key, item.value);
    if (!context) return tl::unexpected(context.error());
    reference.contexts.push_back(std::move(*context));
  }
  if (items.size() != config.keys.size()) {
    return fail(ErrorCode::kInvalidArgument, "json_config has keys that json_data has not; delete them");
  }
  // The last pair's ", " goes; without pairs the library cuts into its own opening brace, and so do we.
  std::string& last = reference.contexts.back();
  last.resize(last.size() - kClose.size() - 2);
  last += kClose;
  reference.forced_contexts.push_back(static_cast<std::uint32_t>(reference.contexts.size()));
  reference.contexts.push_back(fmt::format("{}}}{}", kProtect, kClose));
  return reference;
}

std::string clean_reference_commas(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    const bool is_after_comma = !out.empty() && out.back() == ',';
    if (!is_after_comma || (c.value != ',' && !is_python_space(c.value))) out += text.substr(at, c.n_bytes);
    at += c.n_bytes;
  }
  return out;
}

}  // namespace pith
