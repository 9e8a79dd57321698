#include "compress/prepared_context.h"

namespace pith {
namespace {

std::uint32_t count_line_breaks(std::string_view gap) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < gap.size(); ++i) {
    if (gap[i] == '\n') ++n;
    if (gap[i] == '\r' && (i + 1 == gap.size() || gap[i + 1] != '\n')) ++n;
  }
  return n;
}

}  // namespace

std::vector<Gap> find_gaps(std::string_view text, const std::vector<Word>& words) {
  std::vector<Gap> gaps;
  gaps.reserve(words.size() + 1);
  std::uint32_t at = 0;
  for (std::size_t w = 0; w <= words.size(); ++w) {
    const std::uint32_t end = w < words.size() ? words[w].span.begin : static_cast<std::uint32_t>(text.size());
    const ByteSpan span{at, end};
    gaps.push_back({span, span.empty() ? 0 : count_line_breaks(span.of(text))});
    if (w < words.size()) at = words[w].span.end;
  }
  return gaps;
}

}  // namespace pith
