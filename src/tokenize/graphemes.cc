#include "tokenize/graphemes.h"

#include <span>

#include "text/utf8.h"
#include "tokenize/grapheme_data.h"

namespace pith {
namespace {

constexpr unsigned kL = 1, kV = 2, kT = 3, kLv = 4, kLvt = 5;
constexpr char32_t kFirstSyllable = 0xAC00, kLastSyllable = 0xD7A3, kTrails = 28;

}  // namespace

Graphemes::Graphemes()
    : flags_(std::span<const grapheme_data::FlagRange>(grapheme_data::kFlagRanges),
             [](const grapheme_data::FlagRange& range) { return range.flags; }) {
  flags_.set_bits(U'\r', kCarriageReturn);
  flags_.set_bits(U'\n', kLineFeed);
  flags_.set_bits(0x200D, kJoiner);
}

const Graphemes& Graphemes::instance() {
  static const Graphemes graphemes;
  return graphemes;
}

bool Graphemes::hangul_joins(std::uint16_t before, std::uint16_t after) {
  const unsigned first = (before & kHangul) >> 8, second = (after & kHangul) >> 8;
  switch (first) {
    case kL:
      return second == kL || second == kV || second == kLv || second == kLvt;
    case kV:
    case kLv:
      return second == kV || second == kT;
    case kT:
    case kLvt:
      return second == kT;
    default:
      return false;
  }
}

std::size_t Graphemes::cluster_end(std::string_view text, std::size_t at) const {
  const auto step = [&](std::size_t from, std::uint16_t* flags) {
    const CodePoint c = decode_code_point(text, from);
    *flags = flags_[c.value];
    // The table lists all syllables as LVT.
    if (c.value >= kFirstSyllable && c.value <= kLastSyllable && (c.value - kFirstSyllable) % kTrails == 0) {
      *flags = static_cast<std::uint16_t>((*flags & 0xF8FFu) | kLv << 8);
    }
    return from + c.n_bytes;
  };
  std::uint16_t before = 0;
  std::size_t end = step(at, &before);
  bool in_picture = (before & kPicture) != 0;     // a picture, then Extend and one ZWJ
  bool in_conjunct = (before & kConsonant) != 0;  // a consonant, then signs of its conjunct
  bool linked = false;                            // one of them a linker
  while (end < text.size()) {
    std::uint16_t next = 0;
    const std::size_t next_end = step(end, &next);
    const bool alone = ((before | next) & kControl) != 0;
    const bool joins = (before & kCarriageReturn) != 0 ? (next & kLineFeed) != 0
                       : alone                         ? false
                       : (next & kJoins) != 0          ? true
                       : (before & kPrepend) != 0      ? true
                       : (next & kPicture) != 0        ? in_picture && (before & kJoiner) != 0
                       : (next & kConsonant) != 0      ? in_conjunct && linked
                                                       : hangul_joins(before, next);
    if (!joins) break;
    in_picture =
        (next & kPicture) != 0 || (in_picture && (before & kJoiner) == 0 && (next & (kPictureExtend | kJoiner)) != 0);
    in_conjunct = (next & kConsonant) != 0 || (in_conjunct && (next & kConjunctExtend) != 0);
    linked = in_conjunct && (next & kConsonant) == 0 && (linked || (next & kLinker) != 0);
    before = next;
    end = next_end;
  }
  return end;
}

}  // namespace pith
