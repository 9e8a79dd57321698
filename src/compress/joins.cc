#include "compress/joins.h"

#include "text/char_class.h"
#include "text/utf8.h"

namespace pith {
namespace {

constexpr CharBits kBinds = kLetter | kDigit | kGlue | kHyphen | kApostrophe | kMiddle | kMiddleNumber | kPercent;

CodePoint last_code_point(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  const CodePoint last = decode_code_point(text, at);
  if (at + last.n_bytes == text.size()) return last;
  return {kReplacementCharacter, 1, false};
}

CharBits bits_of(CodePoint c) { return c.valid ? char_bits(c.value) : CharBits{kLetter}; }

}  // namespace

bool would_merge(std::string_view left, std::string_view right) {
  const CodePoint a = last_code_point(left);
  const CodePoint b = decode_code_point(right, 0);
  const CharBits left_bits = bits_of(a);
  const CharBits right_bits = bits_of(b);
  if (((left_bits | right_bits) & kDictionary) != 0) return false;
  if ((left_bits & kBinds) != 0 && (right_bits & kBinds) != 0) return true;
  if ((left_bits & kStop) != 0 && (right_bits & kDigit) != 0) return true;  // ". 5" is not ".5"
  return a == b;
}

}  // namespace pith
