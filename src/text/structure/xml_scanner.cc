#include "text/structure/xml_scanner.h"

#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr MarkupToken kBroken{MarkupKind::kError, {}, {}, {}};

bool is_name_start(char c) {
  return is_letter_byte(c) || c == '_' || c == ':' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_xml_name_byte(char c) { return is_name_start(c) || is_digit_byte(c) || c == '-' || c == '.'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool MarkupScanner::entities_are_well_formed(ByteSpan span) const {
  for (std::size_t at = span.begin; at < span.end; ++at) {
    if (text_[at] != '&') continue;
    std::size_t p = at + 1;
    if (p < span.end && text_[p] == '#') {
      ++p;
      const bool is_hex = p < span.end && text_[p] == 'x';
      if (is_hex) ++p;
      const std::size_t first = p;
      while (p < span.end && (is_hex ? is_ascii_hex(text_[p]) : is_digit_byte(text_[p]))) ++p;
      if (p == first) return false;
    } else {
      if (p >= span.end || !is_name_start(text_[p])) return false;
      while (p < span.end && is_xml_name_byte(text_[p])) ++p;
    }
    if (p >= span.end || text_[p] != ';') return false;
    at = p;
  }
  return true;
}

MarkupToken MarkupScanner::until(MarkupKind kind, std::uint32_t begin, std::string_view closing, std::size_t from) {
  const std::size_t found = text_.find(closing, from);
  if (found == std::string_view::npos) return kBroken;
  at_ = static_cast<std::uint32_t>(found + closing.size());
  return {kind, {begin, at_}, {}, {}};
}

MarkupToken MarkupScanner::declaration() {
  const std::uint32_t begin = at_;
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("<!--")) return until(MarkupKind::kComment, begin, "-->", begin + 4U);
  if (rest.starts_with("<![CDATA[")) return until(MarkupKind::kCdata, begin, "]]>", begin + 9U);
  if (rest.starts_with("<?")) {
    std::uint32_t name_end = begin + 2;
    while (name_end < text_.size() && is_xml_name_byte(text_[name_end])) ++name_end;
    if (name_end == begin + 2 && !is_lenient_) return kBroken;
    MarkupToken token = until(MarkupKind::kInstruction, begin, is_lenient_ ? ">" : "?>", name_end);
    token.name = {begin + 2, name_end};
    return token;
  }
  constexpr std::string_view kDoctype = "<!doctype";
  if (rest.size() < kDoctype.size()) return kBroken;
  for (std::size_t i = 0; i < kDoctype.size(); ++i) {
    const bool is_same = is_lenient_ || i < 2 ? lower(rest[i]) == kDoctype[i] : rest[i] == "<!DOCTYPE"[i];
    if (!is_same) return kBroken;
  }
  int depth = 0;
  char quote = 0;
  for (std::size_t p = begin + kDoctype.size(); p < text_.size(); ++p) {
    const char c = text_[p];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      --depth;
    } else if (text_.substr(p).starts_with("<!--")) {
      const std::size_t end = text_.find("-->", p + 4);
      if (end == std::string_view::npos) return kBroken;
      p = end + 2;
    } else if (c == '>' && depth == 0) {
      at_ = static_cast<std::uint32_t>(p + 1);
      return {MarkupKind::kDoctype, {begin, at_}, {}, {}};
    }
  }
  return kBroken;
}

MarkupToken MarkupScanner::tag() {
  MarkupToken token;
  token.span.begin = at_;
  const bool is_end = at_ + 1 < text_.size() && text_[at_ + 1] == '/';
  std::uint32_t p = at_ + (is_end ? 2 : 1);
  token.name.begin = p;
  while (p < text_.size() && is_xml_name_byte(text_[p])) ++p;
  token.name.end = p;
  token.kind = is_end ? MarkupKind::kEndTag : MarkupKind::kStartTag;
  token.attributes.begin = p;
  bool may_begin_name = false;  // an attribute needs white space in front
  for (; p < text_.size(); ++p) {
    const char c = text_[p];
    if (c == '>') {
      token.attributes.end = p;
      if (!is_end && text_[p - 1] == '/' && p > token.name.end) {
        // An unquoted value may end in a slash, but then the tag is a start tag either way in what we make of it.
        token.kind = MarkupKind::kEmptyTag;
        --token.attributes.end;
      }
      at_ = p + 1;
      token.span.end = at_;
      return token;
    }
    if (is_space_byte(c)) {
      may_begin_name = true;
      continue;
    }
    if (is_lenient_) {
      // A quote opens a value only behind `=`: an apostrophe in a careless tag is no quote.
      if ((c != '"' && c != '\'')) continue;
      std::uint32_t before = p;
      while (before > token.name.end && is_space_byte(text_[before - 1])) --before;
      if (text_[before - 1] != '=') continue;
      const std::size_t closing = text_.find(c, p + 1);
      if (closing == std::string_view::npos) return kBroken;
      p = static_cast<std::uint32_t>(closing);
      continue;
    }
    if (c == '/') {
      if (is_end || p + 1 >= text_.size() || text_[p + 1] != '>') return kBroken;
      continue;
    }
    if (is_end || !may_begin_name || !is_name_start(c)) return kBroken;
    while (p < text_.size() && is_xml_name_byte(text_[p])) ++p;
    while (p < text_.size() && is_space_byte(text_[p])) ++p;
    if (p >= text_.size() || text_[p] != '=') return kBroken;
    ++p;
    while (p < text_.size() && is_space_byte(text_[p])) ++p;
    if (p >= text_.size() || (text_[p] != '"' && text_[p] != '\'')) return kBroken;
    const std::size_t closing = text_.find(text_[p], p + 1);
    if (closing == std::string_view::npos) return kBroken;
    const ByteSpan value{p + 1, static_cast<std::uint32_t>(closing)};
    if (value.of(text_).find('<') != std::string_view::npos || !entities_are_well_formed(value)) return kBroken;
    p = static_cast<std::uint32_t>(closing);
    may_begin_name = false;
  }
  return kBroken;
}

MarkupToken MarkupScanner::next() {
  if (at_ >= text_.size()) return {};
  const std::uint32_t begin = at_;
  const auto begins_markup = [&](std::size_t p) {
    if (text_[p] != '<') return false;
    if (!is_lenient_) return true;
    if (p + 1 >= text_.size()) return false;
    const char c = text_[p + 1];
    const char after_slash = p + 2 < text_.size() ? text_[p + 2] : ' ';
    return is_letter_byte(c) || c == '!' || c == '?' || (c == '/' && is_letter_byte(after_slash));
  };
  if (!begins_markup(begin)) {
    std::uint32_t p = begin + 1;
    while (p < text_.size() && !begins_markup(p)) ++p;
    at_ = p;
    const MarkupToken token{MarkupKind::kText, {begin, p}, {}, {}};
    if (is_lenient_) return token;
    const bool has_end_of_cdata = token.span.of(text_).find("]]>") != std::string_view::npos;
    return has_end_of_cdata || !entities_are_well_formed(token.span) ? kBroken : token;
  }
  if (begin + 1 >= text_.size()) return kBroken;
  const char c = text_[begin + 1];
  if (c == '!' || c == '?') return declaration();
  const char first = c == '/' && begin + 2 < text_.size() ? text_[begin + 2] : c;
  return is_name_start(first) ? tag() : kBroken;
}

MarkupToken MarkupScanner::raw_text(std::string_view name) {
  const std::uint32_t begin = at_;
  for (std::size_t p = text_.find("</", begin); p != std::string_view::npos; p = text_.find("</", p + 2)) {
    if (text_.size() - p - 2 < name.size()) break;
    bool is_same = true;
    for (std::size_t i = 0; i < name.size(); ++i) is_same &= lower(text_[p + 2 + i]) == lower(name[i]);
    if (!is_same) continue;
    at_ = static_cast<std::uint32_t>(p);
    return {MarkupKind::kText, {begin, at_}, {}, {}};
  }
  return kBroken;
}

}  // namespace pith
