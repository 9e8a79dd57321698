// Fields of a config.json with errors that name the file, the key, what was expected and what was found. For the .cc
// files that read configurations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "model/encoder_config.h"
#include "pith/result.h"

namespace pith {

/// A JSON object of the file `name`; views both. `path` stands before keys in messages ("rope_parameters.").
class ConfigReader {
 public:
  ConfigReader(const json::object& object, std::string_view name, std::string path = "")
      : object_(object), name_(name), path_(std::move(path)) {}

  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what) const;
  [[nodiscard]] tl::unexpected<Error> unsupported(const std::string& what) const;

  /// A key that is absent or null.
  [[nodiscard]] bool lacks(std::string_view key) const;
  [[nodiscard]] const json::value* find(std::string_view key) const { return object_.if_contains(key); }

  /// A whole number from `min` to `max`. Errors: kBadModel, absence included.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max) const;
  /// The same, or `fallback` where lacks(key).
  [[nodiscard]] Result<std::int64_t> integer_or(std::string_view key, std::int64_t min, std::int64_t max,
                                                std::int64_t fallback) const;
  /// "" where lacks(key).
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<bool> boolean_or(std::string_view key, bool fallback) const;
  /// A number in (0, max], or `fallback` where lacks(key).
  [[nodiscard]] Result<double> positive_or(std::string_view key, double max, double fallback) const;
  /// gelu where lacks(key). Errors: kBadModel, kUnsupported.
  [[nodiscard]] Result<Activation> activation(std::string_view key) const;
  /// An object below `key`. Errors: kBadModel when it is something else. REQUIRES: !lacks(key).
  [[nodiscard]] Result<ConfigReader> object(std::string_view key) const;

  /// `value` as JSON, cut to a length that fits a message.
  [[nodiscard]] static std::string shown(const json::value& value);

 private:
  const json::object& object_;
  std::string_view name_;
  std::string path_;
};

}  // namespace pith
