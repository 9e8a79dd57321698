#include "text/chunk.h"

#include "base/check.h"
#include "text/segment.h"
#include "text/utf8.h"

namespace pith {
namespace {

void append_utf16(std::u16string& out, char32_t c) {
  if (c < 0x10000) {
    out.push_back(static_cast<char16_t>(c));
  } else {
    out.push_back(static_cast<char16_t>(0xD800U + ((c - 0x10000U) >> 10U)));
    out.push_back(static_cast<char16_t>(0xDC00U + ((c - 0x10000U) & 0x3FFU)));
  }
}

std::int32_t n_utf16_units(char32_t c) { return c >= 0x10000 ? 2 : 1; }

}  // namespace

Result<void> UnicodeChunk::assign(std::string_view text, std::uint32_t begin, std::uint32_t end, IcuBreaks& breaks) {
  symbols_.clear();
  end_ = end;
  const std::string_view upto = text.substr(0, end);
  CharBits all = 0;
  for (std::uint32_t at = begin; at < end;) {
    const CodePoint c = decode_code_point(upto, at);
    const CharBits bits = c.valid ? char_bits(c.value) : kLetter | kContent;
    all |= bits;
    symbols_.push_back({at, c.valid ? c.value : 0, bits});
    at += c.n_bytes;
  }
  if ((all & kClusters) == 0) return {};

  utf16_.clear();
  for (const Symbol& symbol : symbols_) {
    const bool invalid = symbol.character == 0 && (symbol.bits & kControl) == 0;
    append_utf16(utf16_, invalid ? kReplacementCharacter : symbol.character);
  }
  const auto ends = breaks.cluster_ends(utf16_);
  if (!ends) return tl::unexpected(ends.error());
  merge_clusters(**ends);
  return {};
}

void UnicodeChunk::merge_clusters(const std::vector<std::int32_t>& utf16_ends) {
  std::size_t n_merged = 0;
  std::size_t i = 0;
  std::int32_t at = 0;
  for (const std::int32_t cluster_end : utf16_ends) {
    Symbol merged = symbols_[i];
    bool several = false;
    const auto flush = [&] {
      if (several) {
        // A keycap or a heart with its variation selector is a picture, not the mark it is built on.
        merged.character = 0;
        if ((merged.bits & (kLetter | kDigit | kDictionary)) == 0)
          merged.bits = (merged.bits & kDecimal) | kSymbol | kContent;
      }
      symbols_[n_merged++] = merged;
    };
    at += n_utf16_units(merged.character);
    ++i;
    while (at < cluster_end) {
      PITH_CHECK(i < symbols_.size(), "grapheme clusters beyond the text");
      const Symbol next = symbols_[i];
      const std::uint32_t next_end = i + 1 < symbols_.size() ? symbols_[i + 1].begin : end_;
      at += n_utf16_units(next.character);
      ++i;
      if (next_end - merged.begin > kMaxWordBytes) {
        flush();
        merged = next;
        several = false;
      } else {
        merged.bits |= next.bits & kDecimal;
        several = true;
      }
    }
    flush();
  }
  PITH_CHECK(i == symbols_.size(), "grapheme clusters short of the text");
  symbols_.resize(n_merged);
}

Result<const std::vector<std::size_t>*> UnicodeChunk::dictionary_ends(std::string_view text, std::size_t i,
                                                                      std::size_t j, IcuBreaks& breaks) {
  ends_.clear();
  if (j - i == 1) {
    ends_.push_back(j);
    return &ends_;
  }
  utf16_.clear();
  const std::uint32_t end = byte_at(j);
  const std::string_view upto = text.substr(0, end);
  for (std::uint32_t at = byte_at(i); at < end;) {
    const CodePoint c = decode_code_point(upto, at);
    append_utf16(utf16_, c.value);
    at += c.n_bytes;
  }
  const auto utf16_ends = breaks.word_ends(utf16_);
  if (!utf16_ends) return tl::unexpected(utf16_ends.error());

  // Walk symbols and ICU's offsets side by side; an offset inside a symbol is no cut.
  std::size_t symbol = i;
  std::int32_t at_utf16 = 0;
  std::uint32_t at = byte_at(i);
  for (const std::int32_t wanted : **utf16_ends) {
    while (at_utf16 < wanted) {
      for (const std::uint32_t symbol_end = byte_at(symbol + 1); at < symbol_end;) {
        const CodePoint c = decode_code_point(upto, at);
        at_utf16 += n_utf16_units(c.value);
        at += c.n_bytes;
      }
      ++symbol;
    }
    if (at_utf16 == wanted) ends_.push_back(symbol);
  }
  if (ends_.empty() || ends_.back() != j) ends_.push_back(j);
  return &ends_;
}

}  // namespace pith
