// The published library's compress_json around its structured_compress_prompt: tagged contexts, one per pair, before;
// comma clean-up after. Includes what it does to values: booleans and numbers become strings in places, objects become
// arrays of strings, tuples are no JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compress/json_config.h"
#include "pith/result.h"

namespace pith {

struct ReferenceJson {
  std::vector<std::string> contexts;
  std::vector<std::uint32_t> forced_contexts;  ///< never dropped by the context filter

  friend bool operator==(const ReferenceJson&, const ReferenceJson&) = default;
};

/// `text` is the JSON object. Errors: kBadInput if it is none; kInvalidArgument where the library raises: keys that
/// differ, a value that does not convert to its value_type.
[[nodiscard]] Result<ReferenceJson> make_reference_json(const JsonConfig& config, std::string_view text);

/// Commas with the white space behind them become bare commas, runs of commas one; inside strings too.
[[nodiscard]] std::string clean_reference_commas(std::string_view text);

}  // namespace pith
