#include "tokenize/text_normalizer.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "text/utf8.h"
#include "tokenize/bert_chars.h"

namespace pith {
namespace {

/// Of the Unicode version that the library's tables are from.
constexpr std::uint8_t kNewestMajor = 9;

/// No character below changes under any form, and none composes with what is before it.
constexpr char32_t kFirstThatMayChange = 0xA0;

/// ICU's data seen as of kNewestMajor.
class Form {
 public:
  explicit Form(TextNormalizer normalizer)
      : composes_(normalizer == TextNormalizer::kNfc || normalizer == TextNormalizer::kNfkc) {
    const bool compatibility = normalizer == TextNormalizer::kNfkc || normalizer == TextNormalizer::kNfkd;
    UErrorCode error = U_ZERO_ERROR;
    form_ = compatibility ? unorm2_getNFKCInstance(&error) : unorm2_getNFCInstance(&error);
    PITH_CHECK(U_SUCCESS(error), u_errorName(error));
  }

  [[nodiscard]] bool composes() const { return composes_; }
  /// Whether what precedes `c` can be normalised without looking at `c`.
  [[nodiscard]] bool boundary_before(char32_t c) const {
    return c < kFirstThatMayChange || unorm2_hasBoundaryBefore(form_, static_cast<UChar32>(c)) != 0;
  }
  [[nodiscard]] std::uint8_t combining_class(char32_t c) const {
    return known(c) ? unorm2_getCombiningClass(form_, static_cast<UChar32>(c)) : std::uint8_t{0};
  }
  /// The whole decomposition; empty for a character that has none.
  [[nodiscard]] std::u16string_view decompose(char32_t c) {
    if (c < kFirstThatMayChange || !known(c)) return {};
    UErrorCode error = U_ZERO_ERROR;
    const std::int32_t n = unorm2_getDecomposition(form_, static_cast<UChar32>(c), buffer_.data(),
                                                   static_cast<std::int32_t>(buffer_.size()), &error);
    PITH_CHECK(U_SUCCESS(error), u_errorName(error));
    return n < 0 ? std::u16string_view() : std::u16string_view(buffer_.data(), static_cast<std::size_t>(n));
  }
  /// 0 if the two do not compose.
  [[nodiscard]] char32_t compose(char32_t first, char32_t second) const {
    const UChar32 c = unorm2_composePair(form_, static_cast<UChar32>(first), static_cast<UChar32>(second));
    return c >= 0 && known(static_cast<char32_t>(c)) ? static_cast<char32_t>(c) : 0;
  }

 private:
  [[nodiscard]] static bool known(char32_t c) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(c), age);
    return age[0] != 0 && age[0] <= kNewestMajor;
  }

  const bool composes_;
  const UNormalizer2* form_;
  std::array<char16_t, 64> buffer_{};  // the longest decomposition has 18 characters
};

/// A character of the result. Outputs take the characters of the input in order: `n_taken` of them, the first being the
/// source; with none taken the source is that of the character taken last.
struct Output {
  char32_t c;
  std::uint8_t combining_class;
  std::uint32_t n_taken;
};

void decompose(char32_t c, Form* form, std::vector<Output>* out) {
  const std::u16string_view parts = form->decompose(c);
  if (parts.empty()) {
    out->push_back({c, form->combining_class(c), 1});
    return;
  }
  std::uint32_t n_taken = 1;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    char32_t part = parts[i];
    if (U16_IS_LEAD(part) && i + 1 < parts.size())
      part = static_cast<char32_t>(U16_GET_SUPPLEMENTARY(part, parts[++i]));
    out->push_back({part, form->combining_class(part), n_taken});
    n_taken = 0;
  }
}

/// Canonical order: each run of marks by class, stable.
void reorder(std::vector<Output>* chars) {
  const auto is_mark = [](const Output& x) { return x.combining_class != 0; };
  for (auto begin = chars->begin(); begin != chars->end();) {
    begin = std::find_if(begin, chars->end(), is_mark);
    const auto end = std::find_if_not(begin, chars->end(), is_mark);
    std::stable_sort(begin, end,
                     [](const Output& a, const Output& b) { return a.combining_class < b.combining_class; });
    begin = end;
  }
}

/// Canonical composition (The Unicode Standard, D117): each character joins the last starter where nothing between them
/// blocks it.
void compose(const Form& form, std::vector<Output>* chars) {
  constexpr std::size_t kNoStarter = static_cast<std::size_t>(-1);
  std::size_t starter = kNoStarter;
  std::size_t n = 0;  // characters that stay
  for (const Output next : *chars) {
    const bool adjacent = starter != kNoStarter && n == starter + 1;
    const bool blocked =
        starter == kNoStarter || (!adjacent && (*chars)[n - 1].combining_class >= next.combining_class);
    const char32_t joined = blocked ? 0 : form.compose((*chars)[starter].c, next.c);
    if (joined != 0) {
      (*chars)[starter].c = joined;
      (*chars)[starter].n_taken += next.n_taken;
      continue;
    }
    if (next.combining_class == 0) starter = n;
    (*chars)[n++] = next;
  }
  chars->resize(n);
}

AlignedText normalize_form(TextNormalizer normalizer, const AlignedText& text) {
  Form form(normalizer);
  AlignedText out;
  const std::string_view bytes = text.bytes();
  out.reserve(bytes.size() + bytes.size() / 8);
  AlignedText::Cursor cursor(text);
  std::vector<Output> chars;
  std::vector<ByteSpan> places;  // of the stretch's characters in `bytes`
  std::size_t kept = 0;          // bytes from here on are as they were
  for (std::size_t at = 0; at < bytes.size();) {
    at += ascii_run(bytes, at);
    if (at == bytes.size()) break;
    // The stretch of characters that can be normalised on its own. A mark may change the ASCII letter before it.
    std::size_t begin = at;
    CodePoint c = decode_code_point(bytes, at);
    if (!form.boundary_before(c.value) && at > kept) {
      do --begin;
      while (begin > kept && (static_cast<unsigned char>(bytes[begin]) & 0xC0) == 0x80);
    }
    chars.clear();
    places.clear();
    bool same = true;
    for (at = begin; at < bytes.size(); at += c.n_bytes) {
      c = decode_code_point(bytes, at);
      if (at > begin && form.boundary_before(c.value)) break;
      places.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + std::size_t{c.n_bytes})});
      const std::size_t n_before = chars.size();
      decompose(c.value, &form, &chars);
      same = same && chars.size() == n_before + 1 && chars.back().c == c.value && chars.back().combining_class == 0;
    }
    if (same && chars.size() == 1) continue;
    reorder(&chars);
    if (form.composes()) compose(form, &chars);
    out.append_from(text, &cursor, kept, begin);
    std::size_t taken = 0;
    for (const Output& output : chars) {
      // The library gives a part that comes before all else no bytes at all; no form begins so.
      const ByteSpan place = places[output.n_taken == 0 ? std::max<std::size_t>(taken, 1) - 1 : taken];
      out.append(output.c, cursor.source(place.begin, place.end));
      taken += output.n_taken;
    }
    PITH_CHECK(taken == places.size(), std::to_string(taken));
    kept = at;
  }
  out.append_from(text, &cursor, kept, bytes.size());
  return out;
}

AlignedText lowercase(const AlignedText& text) {
  const BertChars& table = BertChars::instance();
  AlignedText out;
  const std::string_view bytes = text.bytes();
  out.reserve(bytes.size());
  AlignedText::Cursor cursor(text);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = decode_code_point(bytes, at);
    const std::size_t end = at + c.n_bytes;
    if ((table.record(c.value) & kBertLowers) != 0) {
      out.append_from(text, &cursor, kept, at);
      const CodePoints lowered = table.lower(c.value);
      for (std::uint32_t i = 0; i < lowered.n; ++i) out.append(lowered.at[i], cursor.source(at, end));
      kept = end;
    }
    at = end;
  }
  out.append_from(text, &cursor, kept, bytes.size());
  return out;
}

}  // namespace

AlignedText normalize(TextNormalizer normalizer, const AlignedText& text) {
  return normalizer == TextNormalizer::kLowercase ? lowercase(text) : normalize_form(normalizer, text);
}

}  // namespace pith
