#include "text/structure/markdown_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/structure/line_scan.h"
#include "text/structure/structure.h"

namespace pith {
namespace {

constexpr std::size_t kMaxTagBytes = 512;
constexpr std::uint32_t kMaxCodeBytes = 1024;
constexpr std::size_t kMaxTagWarnings = 8;

struct Tag {
  ByteSpan span;
  std::string_view name;
  bool is_close = false;
  bool begins_line = false;
  bool ends_line = false;
  std::size_t partner = 0;  ///< index; its own: none
};

constexpr std::array<std::string_view, 14> kVoid{"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                                 "input", "link", "meta", "param", "source", "track", "wbr"};
/// Tags inside sentences: the paragraph they stand in deals with them.
constexpr std::array<std::string_view, 24> kInSentences{
    "a", "abbr", "b",   "bdi",  "bdo", "big", "cite", "code",  "del",  "dfn",    "em",  "font",
    "i", "ins",  "kbd", "mark", "q",   "s",   "samp", "small", "span", "strong", "sub", "sup"};
constexpr std::array<std::string_view, 4> kRaw{"script", "style", "pre", "textarea"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view known) {
    return known.size() == name.size() &&
           std::equal(name.begin(), name.end(), known.begin(), [](char a, char b) { return lower_byte(a) == b; });
  });
}

/// The tag at text[at] == '<' within the line's bytes, or an empty one. White space and quotes as in HTML.
Tag tag_at(std::string_view text, std::uint32_t at, std::uint32_t line_end) {
  Tag tag;
  std::uint32_t to = at + 1;
  if (to < line_end && text[to] == '/') {
    tag.is_close = true;
    ++to;
  }
  const std::uint32_t name_begin = to;
  while (to < line_end && is_name_byte(text[to])) ++to;
  if (to == name_begin || !(is_letter_byte(text[name_begin]) || text[name_begin] == '_')) return {};
  tag.name = text.substr(name_begin, to - name_begin);
  if (to < line_end && text[to] != '>' && text[to] != '/' && !is_space_byte(text[to])) return {};
  char quote = '\0';
  for (; to < line_end && to - at < kMaxTagBytes; ++to) {
    const char c = text[to];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      if (text[to - 1] == '=') quote = c;
    } else if (c == '<') {
      return {};
    } else if (c == '>') {
      tag.span = {at, to + 1};
      if (text[to - 1] == '/') tag.name = {};  // closes itself
      return tag;
    }
  }
  return {};
}

void scan_tags(std::string_view text, ByteSpan line, std::vector<Tag>& tags) {
  for (std::uint32_t at = line.begin; at < line.end;) {
    if (text[at] == '`') {  // code on this line hides tags
      std::uint32_t n = 0;
      while (at + n < line.end && text[at + n] == '`') ++n;
      const std::uint32_t reach = std::min(line.end, at + n + kMaxCodeBytes);
      const std::size_t close =
          n > kMaxCodeBytes / 4 ? std::string_view::npos : text.substr(0, reach).find(text.substr(at, n), at + n);
      at = close == std::string_view::npos ? at + n : static_cast<std::uint32_t>(close) + n;
      continue;
    }
    const Tag tag = text[at] == '<' ? tag_at(text, at, line.end) : Tag{};
    if (tag.span.empty()) {
      ++at;
      continue;
    }
    at = tag.span.end;
    if (tag.name.empty() || is_one_of(tag.name, kVoid) || is_one_of(tag.name, kInSentences)) continue;
    tags.push_back(tag);
    tags.back().partner = tags.size() - 1;
    tags.back().begins_line = tag.span.begin == without_indent(text, line).begin;
    tags.back().ends_line = tag.span.end == line.end;
  }
}

/// Pairs each closing tag with the nearest open one of its name; those opened in between have no partner.
void match_tags(std::vector<Tag>& tags) {
  std::vector<std::size_t> open;
  for (std::size_t t = 0; t < tags.size(); ++t) {
    if (!tags[t].is_close) {
      open.push_back(t);
      continue;
    }
    const std::size_t deepest = open.size() > kMaxDepth ? open.size() - kMaxDepth : 0;
    for (std::size_t o = open.size(); o-- > deepest;) {
      if (tags[open[o]].name != tags[t].name) continue;
      tags[open[o]].partner = t;
      tags[t].partner = open[o];
      open.resize(o);
      break;
    }
  }
}

bool looks_like_syntax(std::string_view line) {
  if (!fence_marker(line).empty()) return true;
  if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ")) return true;
  if (line.starts_with("# ") || line.starts_with("## ") || line.starts_with("### ")) return true;
  return line.find("](") != std::string_view::npos;
}

std::string where(std::string_view text, std::uint32_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_break = before.rfind('\n');
  return fmt::format("line {}, column {}", line, at - (line_break == std::string_view::npos ? 0 : line_break + 1) + 1);
}

}  // namespace

std::string_view fence_marker(std::string_view line) {
  if (line.size() < 3 || (line[0] != '`' && line[0] != '~')) return {};
  std::size_t n = 0;
  while (n < line.size() && line[n] == line[0]) ++n;
  if (n < 3 || (line[0] == '`' && line.find('`', n) != std::string_view::npos)) return {};
  return line.substr(0, n);
}

MarkdownLines split_markdown_lines(std::string_view text, ByteSpan span) {
  MarkdownLines out;
  std::vector<ByteSpan> lines;
  std::vector<Tag> tags;
  std::string_view fence;
  for (std::uint32_t at = span.begin; at < span.end;) {
    const ByteSpan line = line_at(text, at, span.end, &at);
    lines.push_back(line);
    const std::string_view content = without_indent(text, line).of(text);
    const std::string_view marker = fence_marker(content);
    if (!fence.empty()) {
      if (!marker.empty() && marker[0] == fence[0] && marker.size() >= fence.size() &&
          marker.size() == content.size()) {
        fence = {};
      }
      continue;
    }
    out.has_syntax = out.has_syntax || looks_like_syntax(content);
    if (!marker.empty()) {
      fence = marker;
      continue;
    }
    scan_tags(text, line, tags);
  }
  match_tags(tags);

  // A pair counts when the opening tag begins its line (behind other tags that do) and the closing one stands alone
  // or ends its line.
  std::vector<std::uint8_t> is_cut(tags.size(), 0);
  for (std::size_t t = 0; t < tags.size(); ++t) {
    const bool follows_cut = t > 0 && is_cut[t - 1] != 0 && tags[t - 1].span.end == tags[t].span.begin;
    if (!tags[t].is_close) is_cut[t] = tags[t].partner != t && (tags[t].begins_line || follows_cut) ? 1 : 0;
  }
  for (std::size_t t = tags.size(); t-- > 0;) {
    const bool leads_cut = t + 1 < tags.size() && is_cut[t + 1] != 0 && tags[t + 1].span.begin == tags[t].span.end;
    const bool ends = tags[t].ends_line || tags[t].begins_line || leads_cut;
    if (tags[t].is_close) is_cut[t] = tags[t].partner != t && ends ? 1 : 0;
  }
  for (std::size_t t = 0; t < tags.size(); ++t) {
    if (is_cut[t] != 0 && is_cut[tags[t].partner] == 0) is_cut[t] = 0;
    if (tags[t].partner == t && tags[t].begins_line && tags[t].ends_line && out.warnings.size() < kMaxTagWarnings) {
      out.warnings.push_back(fmt::format("{}: tag {} has no partner", where(text, tags[t].span.begin),
                                         tags[t].span.of(text).substr(0, 64)));
    }
  }

  std::size_t t = 0;
  std::uint32_t raw_until = 0;
  for (const ByteSpan line : lines) {
    if (line.end <= raw_until && line.begin < raw_until) {
      while (t < tags.size() && tags[t].span.begin < line.end) ++t;
      continue;
    }
    std::uint32_t from = std::max(line.begin, raw_until);
    bool has_piece = from != line.begin;
    const auto add_text = [&](std::uint32_t to) {
      ByteSpan piece{from, to};
      if (has_piece) piece = without_indent(text, piece);
      while (piece.end > piece.begin && is_space_byte(text[piece.end - 1])) --piece.end;
      if (!piece.empty() && !without_indent(text, piece).empty()) out.lines.push_back({piece});
      has_piece = has_piece || !piece.empty();
    };
    for (; t < tags.size() && tags[t].span.begin < line.end; ++t) {
      if (is_cut[t] == 0 || tags[t].span.begin < from) continue;
      const Tag& tag = tags[t];
      add_text(tag.span.begin);
      has_piece = true;
      if (!tag.is_close && is_one_of(tag.name, kRaw)) {
        raw_until = tags[tag.partner].span.end;
        out.lines.push_back({{tag.span.begin, raw_until}, MarkdownLine::What::kRawElement});
        from = raw_until;
        if (raw_until > line.end) break;
        continue;
      }
      const auto pair = static_cast<std::uint32_t>(std::min(t, tag.partner));
      out.lines.push_back(
          {tag.span, tag.is_close ? MarkdownLine::What::kCloseTag : MarkdownLine::What::kOpenTag, pair});
      from = tag.span.end;
    }
    if (from > line.end) continue;
    if (has_piece) {
      add_text(line.end);
    } else {
      out.lines.push_back({line});
    }
  }
  return out;
}

}  // namespace pith
