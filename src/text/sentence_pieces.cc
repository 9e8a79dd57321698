#include "text/sentence_pieces.h"

#include <cstdint>

namespace pith {
namespace {

constexpr int kProbeCharacters = 5;

std::string_view probe(std::string_view sentence) {
  std::size_t end = 0;
  for (int n = 0; n < kProbeCharacters && end < sentence.size(); ++n) {
    ++end;
    while (end < sentence.size() && (static_cast<unsigned char>(sentence[end]) & 0xC0U) == 0x80U) ++end;
  }
  return sentence.substr(0, end);
}

}  // namespace

std::vector<ByteSpan> sentence_pieces(std::string_view text, const std::vector<ByteSpan>& sentences) {
  std::vector<ByteSpan> pieces;
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::uint32_t end = static_cast<std::uint32_t>(text.size());
    if (i + 1 < sentences.size()) {
      const ByteSpan next = sentences[i + 1];
      // Never past the sentence's own place, where the probe stands.
      const std::string_view start = probe(text.substr(next.begin, next.end - next.begin));
      end = static_cast<std::uint32_t>(text.find(start, sentences[i].end));
    }
    pieces.push_back({begin, end});
    begin = end;
  }
  return pieces;
}

}  // namespace pith
