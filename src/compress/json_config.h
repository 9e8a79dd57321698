// What to do with each key of a JSON object: the published library's compress_json configuration.
//
//   {"bio": {"rate": 0.5, "compress": true, "pair_remove": false, "value_type": "str"}}
//
// or the same as YAML of two levels (`bio:` and four indented `name: value` lines), and nothing more of YAML than that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "text/structure/structure.h"

namespace pith {

enum class JsonValueType : std::uint8_t { kString, kInteger, kNumber, kBoolean, kList, kDict, kTuple };

struct JsonKeyConfig {
  std::string key;
  double rate = 1;               ///< in [0, 1]; 1 keeps the value as it is
  bool is_integer_rate = false;  ///< written without a point (the library prints it that way)
  bool compress = true;          ///< false: as rate 1
  bool pair_remove = false;      ///< the pair may go as a whole
  JsonValueType value_type = JsonValueType::kString;

  [[nodiscard]] bool is_verbatim() const { return !compress || rate == 1; }
};

struct JsonConfig {
  std::vector<JsonKeyConfig> keys;  ///< all different

  [[nodiscard]] const JsonKeyConfig* find(std::string_view key) const;
};

/// Reads JSON (if the first character is a brace) or YAML. `name` says in errors what was read. Every key needs the
/// four fields. Errors: kBadInput with the place, kInvalidArgument for a value that is none of those allowed,
/// kUnknownField; messages name key and field.
[[nodiscard]] Result<JsonConfig> parse_json_config(std::string_view text, std::string_view name);

/// A part of a text with a budget of its own.
struct NodeRate {
  std::uint32_t node = 0;
  double rate = 1;

  friend bool operator==(const NodeRate&, const NodeRate&) = default;
};

/// Writes the configuration into the tree of one JSON object (from add_json() over all of `text`, nothing else beside
/// it): a verbatim pair is forced, or with pair_remove becomes one kWhole piece; any other pair gets a rate of its own,
/// and without pair_remove stays at least as its key and frame (is_required). Returns those rates, ascending by node.
/// Errors: kInvalidArgument, structure unchanged, if the keys of text and configuration differ, or a value is not of
/// its value_type (`str` fits all); the message names the key.
[[nodiscard]] Result<std::vector<NodeRate>> apply_json_config(const JsonConfig& config, std::string_view text,
                                                              Structure& structure);

}  // namespace pith
