// Writes JSON text that is always valid, whatever bytes the strings hold: JSON must be UTF-8, so each maximal invalid
// UTF-8 sequence becomes U+FFFD (and replaced_bytes() tells). Numbers are written the shortest way that reads back
// equal.
//
//   JsonWriter w;
//   w.begin_object();
//   w.key("rate").number(0.5);
//   w.end_object();
//   std::move(w).text();  // {"rate":0.5}
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace pith {

/// Appends `text` as a quoted JSON string. Returns true if bytes that are not UTF-8 were replaced.
bool append_json_string(std::string_view text, std::string* out);

/// The caller nests calls correctly (checked by PITH_CHECK only where it is cheap). Not thread-safe.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& integer(std::integral auto value) { return raw(std::to_string(value)); }
  /// NaN and infinities, which JSON has no word for, become null.
  JsonWriter& number(double value);
  JsonWriter& number(float value);
  /// `value` with a fixed number of decimals (times).
  JsonWriter& fixed(double value, int n_decimals);
  /// Text that already is one JSON value.
  JsonWriter& raw(std::string_view value);

  [[nodiscard]] bool replaced_bytes() const { return replaced_bytes_; }
  [[nodiscard]] std::string text() && { return std::move(out_); }

 private:
  void before_value();

  std::string out_;
  std::vector<bool> has_members_;  // per open object or array
  bool after_key_ = false;
  bool replaced_bytes_ = false;
};

}  // namespace pith
