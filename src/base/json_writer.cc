#include "base/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>

#include "base/check.h"

namespace pith {
namespace {

// Length of the well-formed UTF-8 sequence at the start of `s` (Unicode table 3-7), or minus the length of the maximal
// invalid one, which is at least one byte.
int utf8_sequence(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  int n_bytes = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;  // of the second byte; the others are always 80..BF
  if (lead >= 0xC2 && lead <= 0xDF) {
    n_bytes = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    n_bytes = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    n_bytes = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return -1;
  }
  for (int i = 1; i < n_bytes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (at >= s.size() || byte(at) < low || byte(at) > high) return -i;
    low = 0x80;
    high = 0xBF;
  }
  return n_bytes;
}

void append_escaped(char c, std::string* out) {
  switch (c) {
    case '"':
      *out += "\\\"";
      break;
    case '\\':
      *out += "\\\\";
      break;
    case '\n':
      *out += "\\n";
      break;
    case '\r':
      *out += "\\r";
      break;
    case '\t':
      *out += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(*out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

constexpr bool is_plain(char c) {
  const auto u = static_cast<std::uint8_t>(c);
  return u >= 0x20 && u < 0x7F && c != '"' && c != '\\';
}

}  // namespace

bool append_json_string(std::string_view text, std::string* out) {
  bool replaced = false;
  out->reserve(out->size() + text.size() + 2);
  out->push_back('"');
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i;
    while (end < text.size() && is_plain(text[end])) ++end;
    out->append(text.substr(i, end - i));
    i = end;
    if (i == text.size()) break;
    const int n = utf8_sequence(text.substr(i, 4));
    if (n == 1 && (static_cast<std::uint8_t>(text[i]) < 0x20 || text[i] == '"' || text[i] == '\\' || text[i] == 0x7F)) {
      append_escaped(text[i], out);
    } else if (n > 0) {
      out->append(text.substr(i, static_cast<std::size_t>(n)));
    } else {
      *out += "\xEF\xBF\xBD";
      replaced = true;
    }
    i += static_cast<std::size_t>(n > 0 ? n : -n);
  }
  out->push_back('"');
  return replaced;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_members_.empty()) return;
  if (has_members_.back()) out_ += ',';
  has_members_.back() = true;
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  out_ += '{';
  has_members_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  out_ += '[';
  has_members_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  PITH_CHECK(!has_members_.empty() && !after_key_, "");
  has_members_.pop_back();
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  PITH_CHECK(!has_members_.empty(), "");
  has_members_.pop_back();
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  before_value();
  replaced_bytes_ |= append_json_string(text, &out_);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::number(double value) { return std::isfinite(value) ? raw(fmt::format("{}", value)) : null(); }

JsonWriter& JsonWriter::number(float value) { return std::isfinite(value) ? raw(fmt::format("{}", value)) : null(); }

JsonWriter& JsonWriter::fixed(double value, int n_decimals) {
  return std::isfinite(value) ? raw(fmt::format("{:.{}f}", value, n_decimals)) : null();
}

JsonWriter& JsonWriter::raw(std::string_view value) {
  before_value();
  out_ += value;
  return *this;
}

}  // namespace pith
