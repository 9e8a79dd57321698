// One pass over JSON bytes (RFC 8259, strict; bytes above 127 in strings are taken as they are): is it valid, and where
// does each value begin and end. The values come out as a flat tape, parents before children:
//
//   {"a": [1, 2], "b": null}
//   0 object {...}   end 5
//   1 array [1, 2]   key "a"   end 4
//   2 number 1       end 3
//   3 number 2       end 4
//   4 null           key "b"   end 5
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/structure/structure.h"

namespace pith {

enum class JsonType : std::uint8_t {
  kObject,
  kArray,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kOpaque,  ///< an object or array, valid, whose inside is not on the tape (nested too deep)
};

struct JsonValue {
  ByteSpan span;          ///< quotes and brackets included
  ByteSpan key;           ///< of a member: with its quotes; else empty
  std::uint32_t end = 0;  ///< index behind the last value inside: children are in [index + 1, end)
  JsonType type = JsonType::kNull;
  bool is_cut = false;  ///< there are more children than the tape had room for
  // What json_records.h finds out.
  bool is_record = false;    ///< an element of an array that is sampled
  bool is_required = false;  ///< its key is in every record
  bool is_line = false;      ///< an element of an array of strings that are lines of one text
  bool is_vector = false;    ///< an array that means nothing in part
  float importance = kByScores;

  [[nodiscard]] bool is_container() const { return type == JsonType::kObject || type == JsonType::kArray; }
  /// Where the member or element begins.
  [[nodiscard]] std::uint32_t begin() const { return key.empty() ? span.begin : key.begin; }
};

struct JsonTape {
  std::vector<JsonValue> values;
};

/// Values a tape holds, and levels of nesting it follows.
inline constexpr std::size_t kMaxTapeValues = kMaxNodes / 2;
inline constexpr std::size_t kMaxTapeDepth = kMaxDepth;

struct JsonError {
  std::size_t at = 0;           ///< byte of the text
  std::string_view what;        ///< "expected a colon"
  bool is_after_value = false;  ///< the value is complete; something follows it
};

/// Appends the value in `span`, white space around it allowed, to the tape. On an error the tape is as it was. Linear;
/// nesting costs a bit a level.
[[nodiscard]] std::optional<JsonError> scan_json(std::string_view text, ByteSpan span, JsonTape& tape);

/// "line 3, column 7", both from 1, columns in bytes.
[[nodiscard]] std::string line_and_column(std::string_view text, std::size_t at);

}  // namespace pith
