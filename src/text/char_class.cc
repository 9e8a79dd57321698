#include "text/char_class.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <string_view>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::array<CharBits, 256> make_ascii_bits() {
  std::array<CharBits, 256> bits{};
  for (unsigned c = 0; c < 256; ++c) {
    if (c >= 0x80) {
      bits[c] = kNonAscii;
    } else if (is_white_space(c)) {
      bits[c] = kSpace;
    } else if (c < 0x20 || c == 0x7F) {
      bits[c] = kControl | kContent;
    } else if (c >= '0' && c <= '9') {
      bits[c] = kDigit | kDecimal | kContent;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      bits[c] = kLetter | kContent;
    }
  }
  const auto mark = [&bits](std::string_view characters, CharBits extra) {
    for (const char c : characters) bits[static_cast<unsigned char>(c)] |= extra;
  };
  mark(".,;:!?", kStop);
  mark("([{", kOpen);
  mark(")]}", kClose);
  mark("\"'`*|_~", kTwoSided);
  mark("'", kApostrophe);
  mark("/\\@=#$%&+_~^", kGlue);
  mark("%", kPercent);
  mark("-", kHyphen);
  return bits;
}

bool is_han_or_kana(UChar32 c) {
  if (c == 0x30FC || c == 0xFF70) return true;  // the prolonged sound mark is shared by both kana
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  return U_SUCCESS(status) && (script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA);
}

bool needs_dictionary(UChar32 c) {
  return u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT || is_han_or_kana(c);
}

/// Characters that can share a grapheme cluster with a neighbour. Hangul syllables are not listed: they need a jamo or
/// a mark beside them to do so, and those are.
bool may_cluster(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
    case U_GCB_EXTEND:
    case U_GCB_ZWJ:
    case U_GCB_SPACING_MARK:
    case U_GCB_PREPEND:
    case U_GCB_REGIONAL_INDICATOR:
    case U_GCB_L:
    case U_GCB_V:
    case U_GCB_T:
      return true;
    default:
      return false;
  }
}

CharBits other_punctuation_bits(UChar32 c) {
  switch (c) {
    case 0x2030:  // per mille
    case 0x2031:
    case 0x066A:
    case 0xFF05:
    case 0xFE6A:
      return kGlue | kPercent;
    case 0x00B7:  // col-l, with the dot in the middle
    case 0x0387:
    case 0x055F:
    case 0x05F4:
    case 0x2027:
      return kMiddle;
    case 0x066B:
    case 0x066C:
      return kMiddleNumber;
    case 0xFF0E:
      return kMiddleNumber | kStop;
    case 0xFF07:
      return kApostrophe | kTwoSided;
    case 0xFF02:
      return kTwoSided;
    case 0x00A1:
    case 0x00BF:
      return kOpen;
    case 0x2026:
    case 0xFE19:
      return kStop;
    default:
      break;
  }
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
    case U_WB_ALETTER:
    case U_WB_HEBREW_LETTER:
    case U_WB_NUMERIC:
    case U_WB_EXTEND:
      return kLetter | kContent;
    default:
      break;
  }
  const bool ends_something =
      u_hasBinaryProperty(c, UCHAR_TERMINAL_PUNCTUATION) || u_hasBinaryProperty(c, UCHAR_S_TERM);
  return ends_something ? CharBits{kStop} : CharBits{0};
}

CharBits symbol_bits(UChar32 c) {
  if (c == 0x00B0) return kGlue;
  if (c == 0x00A9 || c == 0x00AE || c == 0xFFFD || (c >= 0x2100 && c <= 0x214F)) return kLetter | kContent;
  const bool picture = u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) || (c >= 0x1F1E6 && c <= 0x1F1FF);
  return picture ? kSymbol | kContent : CharBits{kSymbol};
}

CharBits bits_by_category(UChar32 c) {
  switch (u_charType(c)) {
    case U_DECIMAL_DIGIT_NUMBER:
      return kDigit | kDecimal | kContent;
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER:
      return is_han_or_kana(c) ? kDictionary | kContent : kDigit | kContent;
    case U_CONTROL_CHAR:
      return kControl | kContent;
    case U_FORMAT_CHAR:
      return (c == 0x200B || c == 0xFEFF ? kControl : kLetter) | kContent;
    case U_CONNECTOR_PUNCTUATION:
    case U_CURRENCY_SYMBOL:
      return kGlue;
    case U_DASH_PUNCTUATION:
      return c == 0x2010 || c == 0x2011 || c == 0x058A || c == 0x05BE || c == 0xFF0D || c == 0xFE63 ? kHyphen : kDash;
    case U_START_PUNCTUATION:
      return kOpen;
    case U_END_PUNCTUATION:
      return kClose;
    case U_INITIAL_PUNCTUATION:
      return (c == 0x2018 ? kApostrophe : 0U) | kTwoSided | kOpen;
    case U_FINAL_PUNCTUATION:
      return (c == 0x2019 ? kApostrophe : 0U) | kTwoSided | kClose;
    case U_OTHER_PUNCTUATION:
      return other_punctuation_bits(c);
    case U_MATH_SYMBOL:
      return c == 0x2044 ? kGlue : kMath;
    case U_MODIFIER_SYMBOL:
      return (c >= 0x1F3FB && c <= 0x1F3FF ? kSymbol : kLetter) | kContent;
    case U_OTHER_SYMBOL:
      return symbol_bits(c);
    default:  // letters and marks; unassigned and private ones are taken for letters
      return (needs_dictionary(c) ? kDictionary : kLetter) | kContent;
  }
}

}  // namespace

constinit const std::array<CharBits, 256> kAsciiBits = make_ascii_bits();

CharBits char_bits(char32_t c) {
  if (c < 0x80) return kAsciiBits[c];
  // The bulk of the text in the large alphabets, without a property lookup.
  if (c >= 0xC0 && c < 0x250) return c == 0xD7 || c == 0xF7 ? kMath : kLetter | kContent;
  if ((c >= 0x400 && c < 0x482) || (c >= 0xAC00 && c <= 0xD7A3)) return kLetter | kContent;
  if ((c >= 0x4E00 && c < 0x9FFD) || (c >= 0x3041 && c <= 0x3096)) return kDictionary | kContent;
  if (is_white_space(c)) return kSpace;
  const auto code_point = static_cast<UChar32>(c);
  return bits_by_category(code_point) | (may_cluster(code_point) ? kClusters : CharBits{0});
}

}  // namespace pith
