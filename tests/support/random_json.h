// Random JSON documents as text, and what pruning one may make of it, checked on parsed values.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pith::testing {

/// Writes documents of every shape a recogniser meets: nested, with all escapes, arrays of like and unlike objects,
/// vectors, lines of notebooks. Keys of an object differ.
class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}

  std::string document() {
    out_.clear();
    indent_ = below(3) == 0;
    below(4) == 0 ? array(0) : object(0);
    return out_;
  }

  std::string record() {
    out_.clear();
    indent_ = false;
    schema_object(below(4));
    return out_;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  void gap(std::size_t level) {
    if (!indent_) {
      out_ += below(2) == 0 ? " " : "";
    } else {
      out_ += below(5) == 0 ? "\r\n" : "\n";
      out_.append(2 * level, ' ');
    }
  }

  void value(std::size_t level) {
    switch (below(level > 4 ? 6 : 9)) {
      case 0:
        out_ += below(2) == 0 ? "null" : "false";
        break;
      case 1:
        out_ += below(2) == 0 ? "-1.5e+3" : std::to_string(below(100000));
        break;
      case 2:
        string(below(3));
        break;
      case 3:
      case 4:
        string(4 + below(20));
        break;
      case 5:
        out_ += below(2) == 0 ? "{}" : "[ ]";
        break;
      case 6:
        array(level + 1);
        break;
      default:
        object(level + 1);
    }
  }

  void string(std::size_t n_words) {
    static constexpr std::array<std::string_view, 30> kWords{"the",
                                                             "quick",
                                                             "brown",
                                                             "fox's",
                                                             "jumps",
                                                             "over",
                                                             "caf\\u00e9",
                                                             "na\xC3\xAFve",
                                                             "\\\"so\\\"",
                                                             "a\\\\b",
                                                             "x\\ny",
                                                             "\\n",
                                                             "\\r\\n",
                                                             "\\t",
                                                             "\\ud83d\\ude00",
                                                             "http:\\/\\/a.b\\/c",
                                                             "end.",
                                                             "12:30",
                                                             "{",
                                                             "}",
                                                             "[1,",
                                                             "]",
                                                             "\\u4f60\\u597d",
                                                             "\xE4\xBD\xA0\xE5\xA5\xBD\\\"\xE5\x90\x97",
                                                             "\\ud800",
                                                             "don't",
                                                             "\\u0022q",
                                                             "a,b,c",
                                                             ":",
                                                             "\xF0\x9F\x98\x80"};
    // A lone surrogate is not for every parser.
    out_ += '"';
    for (std::size_t i = 0; i < n_words; ++i) {
      std::string_view word = kWords.at(below(kWords.size()));
      if (word == "\\ud800") word = "plain";
      out_ += (i > 0 && below(8) != 0 ? " " : "");
      out_ += word;
    }
    out_ += '"';
  }

  void object(std::size_t level) {
    out_ += '{';
    const std::size_t n = below(6);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) out_ += ',';
      gap(level + 1);
      out_ += '"';
      out_ += static_cast<char>('a' + i);
      out_ += below(4) == 0 ? "\\u00e9, {\\\"\":" : "\":";
      out_ += below(2) == 0 ? " " : "";
      value(level);
    }
    gap(level);
    out_ += '}';
  }

  /// Members `a`, `b`, nested `c` always; some of the others.
  void schema_object(std::size_t which) {
    out_ += "{\"a\": ";
    out_ += std::to_string(below(50));
    out_ += ", \"b\": ";
    string(which % 2 == 0 ? 2 : 8);
    out_ += ", \"c\": {\"x\": [1, ";
    out_ += std::to_string(below(9));
    out_ += "], \"y\": ";
    value(5);
    out_ += below(3) == 0 ? ", \"z\": 0}" : "}";
    if (below(3) == 0) out_ += ", \"error\": \"not found\"";
    if (below(3) == 0) {
      out_ += ", \"d\": ";
      value(3);
    }
    out_ += '}';
  }

  void array(std::size_t level) {
    out_ += '[';
    const std::size_t n = below(14);
    const std::size_t shape = below(5);
    const std::size_t which = below(4);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) out_ += ',';
      gap(level + 1);
      if (shape == 0) {
        schema_object(which);
      } else if (shape == 1) {
        out_ += std::to_string(below(1000));
        out_ += ".25";
      } else if (shape == 2) {
        string(1 + below(8));
      } else if (shape == 3) {
        out_ += '[';
        out_ += std::to_string(i);
        out_ += ", 2, 3, 4, 5]";
      } else {
        value(level);
      }
    }
    gap(level);
    out_ += ']';
  }

  std::mt19937 random_;
  std::string out_;
  bool indent_ = false;
};

inline std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) out += c;
  }
  return out;
}

inline bool is_subsequence(std::string_view part, std::string_view whole) {
  std::size_t at = 0;
  for (const char c : whole) at += at < part.size() && part[at] == c ? 1U : 0U;
  return at == part.size();
}

/// True if `part` is `whole` with members, elements and words left out: no new key, no other type, scalars equal, and
/// objects of an array of four or more objects still have every key all of them had.
// Recursion is over documents of the tests' own making.
inline bool is_pruned(const boost::json::value& part, const boost::json::value& whole) {
  if (part.is_number() && whole.is_number()) return part == whole;
  if (part.kind() != whole.kind()) return false;
  if (part.is_string()) return is_subsequence(without_space(part.get_string()), without_space(whole.get_string()));
  if (part.is_object()) {
    for (const auto& member : part.get_object()) {
      const boost::json::value* original = whole.get_object().if_contains(member.key());
      if (original == nullptr || !is_pruned(member.value(), *original)) return false;
    }
    return true;
  }
  if (!part.is_array()) return part == whole;

  const boost::json::array& elements = whole.get_array();
  std::vector<std::string> required;
  std::size_t n_objects = 0;
  for (const auto& element : elements) n_objects += element.is_object() ? 1U : 0U;
  if (n_objects == elements.size() && n_objects >= 4) {
    for (const auto& member : elements[0].get_object()) {
      bool is_everywhere = true;
      for (const auto& element : elements) is_everywhere &= element.get_object().contains(member.key());
      if (is_everywhere) required.emplace_back(member.key());
    }
  }
  std::size_t at = 0;
  for (const auto& kept : part.get_array()) {
    for (const std::string& key : required) {
      if (!kept.is_object() || !kept.get_object().contains(key)) return false;
    }
    while (at < elements.size() && !is_pruned(kept, elements[at])) ++at;
    if (at++ >= elements.size()) return false;
  }
  return true;
}

}  // namespace pith::testing
