#include "text/structure/yaml_tokens.h"

#include "text/structure/text_lines.h"

namespace pith {
namespace {

bool is_gap(char c) { return c == ' ' || c == '\t'; }
bool is_name_end(char c) { return is_space_byte(c) || c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

}  // namespace

std::optional<std::uint32_t> yaml_quoted_end(std::string_view text, std::uint32_t at, std::uint32_t end) {
  const char quote = text[at];
  for (std::uint32_t p = at + 1; p < end; ++p) {
    if (quote == '"' && text[p] == '\\') {
      ++p;
    } else if (text[p] == quote) {
      if (quote == '"' || p + 1 >= end || text[p + 1] != '\'') return p + 1;
      ++p;
    }
  }
  return std::nullopt;
}

std::uint32_t yaml_plain_end(std::string_view text, std::uint32_t at, std::uint32_t end) {
  for (std::uint32_t p = at; p < end; ++p) {
    if (text[p] == '#' && (p == at || is_gap(text[p - 1]))) {
      end = p;
      break;
    }
  }
  while (end > at && is_space_byte(text[end - 1])) --end;
  return end;
}

bool is_yaml_line_end(std::string_view text, std::uint32_t at, std::uint32_t end) {
  if (at < end && text[at] == '#') return false;
  return yaml_plain_end(text, at, end) == at;
}

bool is_yaml_plain(std::string_view scalar) {
  if (scalar.empty()) return false;
  constexpr std::string_view kNeverFirst = ",[]{}#&*!|>'\"%@`";
  if (kNeverFirst.find(scalar[0]) != std::string_view::npos) return false;
  if ((scalar[0] == '-' || scalar[0] == '?' || scalar[0] == ':') && (scalar.size() == 1 || is_gap(scalar[1])))
    return false;
  for (std::size_t p = 0; p < scalar.size(); ++p) {
    if (scalar[p] == ':' && (p + 1 == scalar.size() || is_gap(scalar[p + 1]))) return false;
  }
  return true;
}

bool is_yaml_block_header(std::string_view value) {
  if (value.empty() || (value[0] != '|' && value[0] != '>') || value.size() > 3) return false;
  for (const char c : value.substr(1)) {
    if (c != '+' && c != '-' && !(c >= '1' && c <= '9')) return false;
  }
  return true;
}

std::optional<YamlKey> yaml_key(std::string_view text, std::uint32_t at, std::uint32_t end) {
  if (at >= end) return std::nullopt;
  YamlKey key;
  key.name.begin = at;
  if (text[at] == '"' || text[at] == '\'') {
    const auto quoted = yaml_quoted_end(text, at, end);
    if (!quoted) return std::nullopt;
    key.name.end = *quoted;
    key.is_simple = true;
    std::uint32_t p = *quoted;
    while (p < end && is_gap(text[p])) ++p;
    if (p >= end || text[p] != ':' || (p + 1 < end && !is_gap(text[p + 1]))) return std::nullopt;
    key.after = p + 1;
    return key;
  }
  constexpr std::string_view kNeverFirst = ",[]{}#&*!|>%@`";
  if (kNeverFirst.find(text[at]) != std::string_view::npos) return std::nullopt;
  key.is_simple = true;
  for (std::uint32_t p = at; p < end; ++p) {
    if (text[p] == '#' && p > at && is_gap(text[p - 1])) return std::nullopt;
    if (text[p] == ':' && (p + 1 == end || is_gap(text[p + 1]))) {
      key.name.end = p;
      while (key.name.end > at && is_gap(text[key.name.end - 1])) --key.name.end;
      key.after = p + 1;
      if (key.name.empty()) return std::nullopt;
      for (std::uint32_t b = at; b < key.name.end; ++b) key.is_simple &= !is_gap(text[b]);
      if (key.name.of(text) == "-" || key.name.of(text) == "?") return std::nullopt;
      return key;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> yaml_flow_end(std::string_view text, std::uint32_t at, std::uint32_t end,
                                           YamlReferences& references) {
  std::vector<char> closing;
  bool is_token_begin = true;
  for (std::uint32_t p = at; p < end; ++p) {
    const char c = text[p];
    if (is_token_begin && (c == '"' || c == '\'')) {
      const auto quoted = yaml_quoted_end(text, p, end);
      if (!quoted) return std::nullopt;
      p = *quoted - 1;
      is_token_begin = false;
    } else if (c == '#' && is_space_byte(text[p - 1])) {
      while (p < end && text[p] != '\n') ++p;
      is_token_begin = true;
    } else if (is_token_begin && (c == '&' || c == '*')) {
      const std::uint32_t begin = p + 1;
      while (p + 1 < end && !is_name_end(text[p + 1])) ++p;
      (c == '&' ? references.anchors : references.aliases).push_back(text.substr(begin, p + 1 - begin));
      is_token_begin = false;
    } else if (c == '[' || c == '{') {
      closing.push_back(c == '[' ? ']' : '}');
      is_token_begin = true;
    } else if (c == ']' || c == '}') {
      if (closing.back() != c) return std::nullopt;
      closing.pop_back();
      if (closing.empty()) return p + 1;
      is_token_begin = false;
    } else {
      is_token_begin = c == ',' || c == ':' || is_space_byte(c);
    }
  }
  return std::nullopt;
}

}  // namespace pith
