// Cuts markup into tags, text and the rest, one token at a time. Strict: XML as its specification has it (names,
// quoted attributes, entities, no stray `<`). Lenient: HTML as people write it (attributes without quotes or values,
// a lone `<` or `&` is text). Linear: nothing is looked at twice, and what is opened and never closed fails.
#pragma once

#include <cstdint>
#include <string_view>

#include "pith/byte_span.h"

namespace pith {

enum class MarkupKind { kText, kStartTag, kEmptyTag, kEndTag, kComment, kCdata, kInstruction, kDoctype, kEnd, kError };

struct MarkupToken {
  MarkupKind kind = MarkupKind::kEnd;
  ByteSpan span;
  ByteSpan name;        ///< of a tag or an instruction
  ByteSpan attributes;  ///< of a tag: what stands between its name and its end
};

class MarkupScanner {
 public:
  MarkupScanner(std::string_view text, ByteSpan span, bool is_lenient)
      : text_(text.substr(0, span.end)), at_(span.begin), is_lenient_(is_lenient) {}

  /// kEnd at the end of the span; after kError nothing is defined.
  MarkupToken next();
  /// Everything up to `</name`, for elements without markup in them (script). kError if that never comes.
  MarkupToken raw_text(std::string_view name);

 private:
  MarkupToken tag();
  MarkupToken declaration();
  MarkupToken until(MarkupKind kind, std::uint32_t begin, std::string_view closing, std::size_t from);
  [[nodiscard]] bool entities_are_well_formed(ByteSpan span) const;

  std::string_view text_;
  std::uint32_t at_ = 0;
  bool is_lenient_ = false;
};

/// Calls use(name, value) with each attribute, quotes taken off. For tags the scanner accepted.
template <class Use>
void for_each_attribute(std::string_view attributes, Use use) {
  std::size_t at = 0;
  const auto is_blank = [&](std::size_t p) {
    const char c = attributes[p];
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '/';
  };
  while (at < attributes.size()) {
    while (at < attributes.size() && is_blank(at)) ++at;
    const std::size_t begin = at;
    while (at < attributes.size() && !is_blank(at) && attributes[at] != '=') ++at;
    const std::string_view name = attributes.substr(begin, at - begin);
    while (at < attributes.size() && is_blank(at)) ++at;
    std::string_view value;
    if (at < attributes.size() && attributes[at] == '=') {
      ++at;
      while (at < attributes.size() && is_blank(at)) ++at;
      if (at < attributes.size() && (attributes[at] == '"' || attributes[at] == '\'')) {
        const std::size_t end = attributes.find(attributes[at], at + 1);
        value = attributes.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
        at = end == std::string_view::npos ? attributes.size() : end + 1;
      } else {
        const std::size_t value_begin = at;
        while (at < attributes.size() && !is_blank(at)) ++at;
        value = attributes.substr(value_begin, at - value_begin);
      }
    }
    if (!name.empty()) use(name, value);
  }
}

}  // namespace pith
