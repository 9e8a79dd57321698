#include "text/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>

#include "base/check.h"
#include "text/utf8.h"

namespace pith {
namespace {

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
    const CodePoint c = decode_code_point(text, i);
    if (!c.valid) {
      *out += "\uFFFD";
      replaced = true;
    } else if (c.n_bytes == 1) {
      append_escaped(text[i], out);  // what is plain was copied above
    } else {
      out->append(text.substr(i, c.n_bytes));
    }
    i += c.n_bytes;
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
