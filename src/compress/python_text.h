// JSON values as the published library's Python prints them: str(), repr() and json.dumps().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/structure/json_scan.h"

namespace pith {

/// The code points of a JSON string (quotes included), escapes resolved; lone surrogates stay what they are.
[[nodiscard]] std::u32string decode_json_string(std::string_view quoted);

/// UTF-8; what is no scalar value becomes U+FFFD.
[[nodiscard]] std::string utf8_of(std::u32string_view code_points);

/// repr() of a float: the shortest digits that read back equal, an exponent from 1e16 on and below 1e-4.
[[nodiscard]] std::string python_float(double value);

/// A JSON number (as written) as Python reads and prints it: integers keep their digits.
[[nodiscard]] std::string python_number(std::string_view number);

/// str() of value `index` of the tape: strings as they are, the rest as repr(). Nesting is not recursed into further
/// than the tape goes. Linear.
[[nodiscard]] std::u32string python_str(std::string_view text, const JsonTape& tape, std::uint32_t index);

/// json.dumps() with the default settings: ASCII, ", " and ": ".
[[nodiscard]] std::string python_dumps(std::string_view text, const JsonTape& tape, std::uint32_t index);
[[nodiscard]] std::string python_dumps(std::u32string_view string);

/// The members of an object as a Python dict has them: of equal keys the last value, at the first one's place.
struct PythonItem {
  std::u32string key;
  std::uint32_t value = 0;  ///< index of the tape
};
[[nodiscard]] std::vector<PythonItem> python_items(std::string_view text, const JsonTape& tape, std::uint32_t object);

}  // namespace pith
