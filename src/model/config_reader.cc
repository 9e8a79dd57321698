#include "model/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "model/shown_name.h"

namespace pith {
namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 8> kActivations{
    {{"gelu", Activation::kGelu},
     {"gelu_python", Activation::kGelu},
     {"gelu_new", Activation::kGeluTanh},
     {"gelu_fast", Activation::kGeluTanh},
     {"gelu_pytorch_tanh", Activation::kGeluTanh},
     {"relu", Activation::kRelu},
     {"silu", Activation::kSilu},
     {"swish", Activation::kSilu}}};

}  // namespace

tl::unexpected<Error> ConfigReader::bad(const std::string& what) const {
  return fail(ErrorCode::kBadModel, fmt::format("{}: {}{}", name_, path_, what));
}

tl::unexpected<Error> ConfigReader::unsupported(const std::string& what) const {
  return fail(ErrorCode::kUnsupported, fmt::format("{}: {}{}", name_, path_, what));
}

bool ConfigReader::lacks(std::string_view key) const {
  const json::value* value = find(key);
  return value == nullptr || value->is_null();
}

Result<std::int64_t> ConfigReader::integer(std::string_view key, std::int64_t min, std::int64_t max) const {
  const json::value* value = find(key);
  if (value == nullptr) return bad(fmt::format("{} is missing", key));
  const std::int64_t* number = value->if_int64();
  if (number == nullptr || *number < min || *number > max) {
    return bad(fmt::format("{} must be a whole number from {} to {}, found {}", key, min, max, shown(*value)));
  }
  return *number;
}

Result<std::int64_t> ConfigReader::integer_or(std::string_view key, std::int64_t min, std::int64_t max,
                                              std::int64_t fallback) const {
  return lacks(key) ? Result<std::int64_t>(fallback) : integer(key, min, max);
}

Result<std::string> ConfigReader::text(std::string_view key) const {
  if (lacks(key)) return std::string();
  const json::value& value = *find(key);
  if (!value.is_string()) return bad(fmt::format("{} must be a string, found {}", key, shown(value)));
  return std::string(value.get_string());
}

Result<bool> ConfigReader::boolean_or(std::string_view key, bool fallback) const {
  if (lacks(key)) return fallback;
  const json::value& value = *find(key);
  if (!value.is_bool()) return bad(fmt::format("{} must be true or false, found {}", key, shown(value)));
  return value.get_bool();
}

Result<double> ConfigReader::positive_or(std::string_view key, double max, double fallback) const {
  if (lacks(key)) return fallback;
  const json::value& value = *find(key);
  if (!value.is_number() || !(value.to_number<double>() > 0) || value.to_number<double>() > max) {
    return bad(fmt::format("{} must be a number in (0, {}], found {}", key, max, shown(value)));
  }
  return value.to_number<double>();
}

Result<Activation> ConfigReader::activation(std::string_view key) const {
  const auto name = text(key);
  if (!name) return tl::unexpected(name.error());
  if (name->empty()) return Activation::kGelu;
  const auto* found = std::ranges::find(kActivations, *name, [](const auto& row) { return row.first; });
  if (found != kActivations.end()) return found->second;
  std::string known;
  for (const auto& row : kActivations) known += (known.empty() ? "" : ", ") + std::string(row.first);
  return unsupported(fmt::format("{} {} is not supported; supported: {}", key, shown_name(*name), known));
}

Result<ConfigReader> ConfigReader::object(std::string_view key) const {
  const json::value& value = *find(key);
  if (!value.is_object()) return bad(fmt::format("{} must be an object, found {}", key, shown(value)));
  return ConfigReader(value.get_object(), name_, fmt::format("{}{}.", path_, key));
}

std::string ConfigReader::shown(const json::value& value) {
  std::string text = json::serialize(value);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

}  // namespace pith
