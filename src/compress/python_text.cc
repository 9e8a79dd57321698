#include "compress/python_text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "text/utf8.h"

namespace pith {
namespace {

bool is_surrogate(char32_t c) { return c >= 0xD800 && c < 0xE000; }

char32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

std::u32string code_points_of(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

/// str.isprintable() for one character.
bool is_printable(char32_t c) {
  if (c < 0x7F) return c >= 0x20;
  const auto category = static_cast<UCharCategory>(u_charType(static_cast<UChar32>(c)));
  switch (category) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SPACE_SEPARATOR:
      return false;
    default:
      return true;
  }
}

std::u32string repr(std::u32string_view string) {
  const bool has_single = string.find(U'\'') != std::u32string_view::npos;
  const char32_t quote = has_single && string.find(U'"') == std::u32string_view::npos ? U'"' : U'\'';
  std::u32string out(1, quote);
  for (const char32_t c : string) {
    if (c == quote || c == U'\\') {
      out += U'\\';
      out += c;
    } else if (c == U'\n') {
      out += U"\\n";
    } else if (c == U'\r') {
      out += U"\\r";
    } else if (c == U'\t') {
      out += U"\\t";
    } else if (is_printable(c)) {
      out += c;
    } else {
      const auto value = static_cast<std::uint32_t>(c);
      out += code_points_of(c < 0x100     ? fmt::format("\\x{:02x}", value)
                            : c < 0x10000 ? fmt::format("\\u{:04x}", value)
                                          : fmt::format("\\U{:08x}", value));
    }
  }
  return out += quote;
}

/// How one of the two writings puts things.
struct Style {
  bool is_json = false;
  [[nodiscard]] std::u32string scalar(std::string_view text, const JsonValue& value) const {
    switch (value.type) {
      case JsonType::kNull:
        return is_json ? U"null" : U"None";
      case JsonType::kTrue:
        return is_json ? U"true" : U"True";
      case JsonType::kFalse:
        return is_json ? U"false" : U"False";
      case JsonType::kNumber: {
        std::string number = python_number(value.span.of(text));
        if (is_json && number.ends_with("inf")) number = number[0] == '-' ? "-Infinity" : "Infinity";
        return code_points_of(number);
      }
      case JsonType::kString:
        return string(decode_json_string(value.span.of(text)));
      default:
        return code_points_of(value.span.of(text));
    }
  }
  [[nodiscard]] std::u32string string(std::u32string_view string) const {
    return is_json ? code_points_of(python_dumps(string)) : repr(string);
  }
};

/// Writes arrays and objects with a stack of its own.
std::u32string write(std::string_view text, const JsonTape& tape, std::uint32_t root, Style style) {
  struct Open {
    std::vector<PythonItem> items;  ///< of an array: without keys
    std::size_t next = 0;
    bool is_object = false;
  };
  std::u32string out;
  std::vector<Open> open;
  const auto begin = [&](std::uint32_t index) {
    const JsonValue& value = tape.values[index];
    if (!value.is_container()) {
      out += style.scalar(text, value);
      return;
    }
    Open container;
    container.is_object = value.type == JsonType::kObject;
    if (container.is_object) {
      container.items = python_items(text, tape, index);
    } else {
      for (std::uint32_t child = index + 1; child < value.end; child = tape.values[child].end) {
        container.items.push_back({{}, child});
      }
    }
    out += container.is_object ? U'{' : U'[';
    open.push_back(std::move(container));
  };
  begin(root);
  while (!open.empty()) {
    Open& container = open.back();
    if (container.next == container.items.size()) {
      out += container.is_object ? U'}' : U']';
      open.pop_back();
      continue;
    }
    if (container.next > 0) out += U", ";
    const std::size_t n = container.next++;
    if (container.is_object) out += style.string(container.items[n].key) + U": ";
    begin(container.items[n].value);
  }
  return out;
}

}  // namespace

std::u32string decode_json_string(std::string_view quoted) {
  std::u32string out;
  const std::string_view content = quoted.substr(1, quoted.size() - 2);
  for (std::size_t at = 0; at < content.size();) {
    if (content[at] != '\\') {
      const CodePoint c = decode_code_point(content, at);
      out += c.value;
      at += c.n_bytes;
      continue;
    }
    const char escaped = content[at + 1];
    if (escaped != 'u') {
      constexpr std::string_view kNames = "bfnrt", kMeanings = "\b\f\n\r\t";
      const std::size_t which = kNames.find(escaped);
      out += static_cast<char32_t>(which == std::string_view::npos ? escaped : kMeanings[which]);
      at += 2;
      continue;
    }
    char32_t c = hex4(content.substr(at + 2));
    at += 6;
    if (c >= 0xD800 && c < 0xDC00 && content.substr(at).starts_with("\\u")) {
      const char32_t low = hex4(content.substr(at + 2));
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
        at += 6;
      }
    }
    out += c;
  }
  return out;
}

std::string utf8_of(std::u32string_view code_points) {
  std::string out;
  for (const char32_t c : code_points) append_utf8(is_surrogate(c) ? kReplacementCharacter : c, &out);
  return out;
}

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = scientific.find('e');
  int exponent = 0;
  const std::size_t sign = scientific[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(scientific.data() + sign, end, exponent);
  const bool is_negative = scientific[0] == '-';
  std::string digits;
  for (const char c : scientific.substr(0, e)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  std::string out(is_negative ? 1U : 0U, '-');
  const auto n_digits = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    const std::string_view rest = std::string_view(digits).substr(1);
    out += fmt::format("{}{}{}e{}{:02}", digits[0], rest.empty() ? "" : ".", rest, exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
  } else if (n_digits <= exponent + 1) {
    out += digits;
    out.append(static_cast<std::size_t>(exponent + 1 - n_digits), '0');
    out += ".0";
  } else {
    digits.insert(static_cast<std::size_t>(exponent + 1), 1, '.');
    out += digits;
  }
  return out;
}

std::string python_number(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos) return number == "-0" ? "0" : std::string(number);
  double value = 0;
  const auto error = std::from_chars(number.data(), number.data() + number.size(), value).ec;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(number).c_str(), nullptr);
  return python_float(value);
}

std::vector<PythonItem> python_items(std::string_view text, const JsonTape& tape, std::uint32_t object) {
  std::vector<PythonItem> items;
  std::map<std::u32string, std::size_t> places;
  for (std::uint32_t child = object + 1; child < tape.values[object].end; child = tape.values[child].end) {
    std::u32string key = decode_json_string(tape.values[child].key.of(text));
    const auto [place, is_new] = places.try_emplace(key, items.size());
    if (is_new) {
      items.push_back({std::move(key), child});
    } else {
      items[place->second].value = child;
    }
  }
  return items;
}

std::u32string python_str(std::string_view text, const JsonTape& tape, std::uint32_t index) {
  const JsonValue& value = tape.values[index];
  if (value.type == JsonType::kString) return decode_json_string(value.span.of(text));
  return write(text, tape, index, {.is_json = false});
}

std::string python_dumps(std::string_view text, const JsonTape& tape, std::uint32_t index) {
  return utf8_of(write(text, tape, index, {.is_json = true}));
}

std::string python_dumps(std::u32string_view string) {
  std::string out = "\"";
  for (const char32_t c : string) {
    constexpr std::u32string_view kEscaped = U"\"\\\b\f\n\r\t";
    constexpr std::string_view kNames = "\"\\bfnrt";
    const std::size_t which = kEscaped.find(c);
    const auto value = static_cast<std::uint32_t>(c);
    if (which != std::u32string_view::npos) {
      out += '\\';
      out += kNames[which];
    } else if (c >= 0x20 && c < 0x7F) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", value);
    } else {
      out +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((value - 0x10000) >> 10U), 0xDC00 + ((value - 0x10000) & 0x3FFU));
    }
  }
  return out += '"';
}

}  // namespace pith
