#include "text/structure/front_matter.h"

#include "text/structure/line_scan.h"

namespace pith {
namespace {

/// Longer than this it is a document between two rules.
constexpr std::size_t kMaxFrontMatterLines = 500;

/// A line of front matter says `key`, continues one, or is a comment; a sentence between two rules is not that.
bool looks_like_entry(std::string_view line, char separator) {
  if (line.empty() || line[0] == '#' || line[0] == '-' || line[0] == ' ' || line[0] == '\t' || line[0] == '[')
    return true;
  const std::size_t key_end = line.find_first_of(" :=");
  return key_end != std::string_view::npos && line.find(separator, key_end) != std::string_view::npos;
}

}  // namespace

std::uint32_t add_front_matter(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::uint32_t begin = span.begin;
  if (span.of(text).starts_with(kByteOrderMark)) begin += static_cast<std::uint32_t>(kByteOrderMark.size());
  std::uint32_t next = begin;
  const std::string_view fence = line_at(text, begin, span.end, &next).of(text);
  if (fence != "---" && fence != "+++") return span.begin;
  const bool is_yaml = fence == "---";
  const std::uint32_t content_begin = next;
  bool has_entry = false;
  for (std::size_t n = 0; n < kMaxFrontMatterLines && next < span.end; ++n) {
    const std::uint32_t at = next;
    const ByteSpan line = line_at(text, at, span.end, &next);
    const std::string_view content = line.of(text);
    if (content == fence || (is_yaml && content == "...")) {
      if (!has_entry) return span.begin;
      const std::uint32_t node = tree.open(Kind::kFrontMatter, Policy::kGroup, begin);
      const ByteSpan entries{content_begin, at};
      const bool is_read = is_yaml ? add_yaml(text, entries, around, tree) : add_toml(text, entries, around, tree);
      if (!is_read) tree.node(node).policy = Policy::kWhole;
      tree.close(line.end);
      return next;
    }
    if (!looks_like_entry(content, is_yaml ? ':' : '=')) return span.begin;
    has_entry = has_entry || !content.empty();
  }
  return span.begin;
}

}  // namespace pith
