#include "tokenize/bert_chars.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "tokenize/bert_char_data.h"

namespace pith {
namespace {

// Hangul syllables decompose by arithmetic (Unicode, section 3.12).
constexpr char32_t kFirstSyllable = 0xAC00, kLastSyllable = 0xD7A3;
constexpr char32_t kLeadBase = 0x1100, kVowelBase = 0x1161, kTrailBase = 0x11A7;
constexpr char32_t kTrails = 28, kVowelsTimesTrails = 588;

// The one code point whose lower case is two: "i" and a dot above.
constexpr char32_t kCapitalIWithDot = 0x130;

}  // namespace

BertChars::BertChars()
    : records_(std::span<const bert_data::RecordRange>(bert_data::kRecordRanges),
               [](const bert_data::RecordRange& range) { return range.record; }) {
  for (const auto& row : bert_data::kDecompositions) records_.set_bits(row.code_point, kBertDecomposes);
  for (char32_t c = kFirstSyllable; c <= kLastSyllable; ++c) records_.set_bits(c, kBertDecomposes);
  for (const auto& range : bert_data::kLowerRanges) {
    for (char32_t c = range.first; c <= range.last; c += range.stride) records_.set_bits(c, kBertLowers);
  }
  records_.set_bits(kCapitalIWithDot, kBertLowers);
}

const BertChars& BertChars::instance() {
  static const BertChars chars;
  return chars;
}

CodePoints BertChars::decompose(char32_t c) const {
  if (c >= kFirstSyllable && c <= kLastSyllable) {
    const char32_t i = c - kFirstSyllable;
    const char32_t trail = kTrailBase + i % kTrails;
    return {{kLeadBase + i / kVowelsTimesTrails, kVowelBase + i % kVowelsTimesTrails / kTrails, trail},
            trail == kTrailBase ? 2u : 3u};
  }
  const auto* row = std::lower_bound(std::begin(bert_data::kDecompositions), std::end(bert_data::kDecompositions), c,
                                     [](const auto& r, char32_t value) { return r.code_point < value; });
  if (row == std::end(bert_data::kDecompositions) || row->code_point != c) return {{c}, 1};
  CodePoints parts;
  parts.n = row->at % 8;
  std::copy_n(bert_data::kDecompositionPool + row->at / 8, parts.n, parts.at.begin());
  return parts;
}

CodePoints BertChars::lower(char32_t c) const {
  if (c == kCapitalIWithDot) return {{U'i', 0x307}, 2};
  const auto* range = std::lower_bound(std::begin(bert_data::kLowerRanges), std::end(bert_data::kLowerRanges), c,
                                       [](const auto& r, char32_t value) { return r.last < value; });
  if (range == std::end(bert_data::kLowerRanges) || c < range->first || (c - range->first) % range->stride != 0) {
    return {{c}, 1};
  }
  return {{static_cast<char32_t>(static_cast<std::int32_t>(c) + range->delta)}, 1};
}

}  // namespace pith
