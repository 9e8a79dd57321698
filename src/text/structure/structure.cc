#include "text/structure/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace pith {
namespace {

constexpr std::array<std::string_view, 5> kPolicyNames{"words", "group", "whole", "separator", "removed"};
constexpr std::array<std::string_view, 38> kKindNames{
    "text",       "paragraph",   "heading",     "section",      "list",      "list item",  "quote",
    "table",      "table row",   "table cell",  "code block",   "code line", "comment",    "inline code",
    "link",       "emphasis",    "markup",      "front matter", "tag",       "element",    "json object",
    "json array", "json member", "json string", "json scalar",  "record",    "yaml entry", "csv header",
    "csv row",    "log line",    "stack trace", "diff file",    "diff hunk", "diff line",  "chat turn",
    "role",       "punctuation", "segment"};

std::string shown(std::string_view bytes) {
  constexpr std::size_t kLongest = 40;
  std::string out;
  for (const char c : bytes.substr(0, kLongest)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  if (bytes.size() > kLongest) out += "...";
  return out;
}

}  // namespace

std::string_view policy_name(Policy policy) { return kPolicyNames.at(static_cast<std::size_t>(policy)); }
std::string_view kind_name(Kind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

std::string broken_structure_law(const Structure& structure, std::string_view text) {
  const std::vector<Node>& nodes = structure.nodes;
  if (nodes.empty()) return "there is a root";
  if (nodes.size() > kMaxNodes) return "no more than kMaxNodes nodes";
  if (nodes[0].span.begin != 0 || nodes[0].span.end != text.size()) return "the root covers the text";
  if (nodes[0].end != nodes.size() || nodes[0].parent != 0) return "the root holds every node";
  std::vector<std::uint32_t> sibling_end(nodes.size());  // where the next child of a node may begin
  for (std::size_t n = 0; n < nodes.size(); ++n) sibling_end[n] = nodes[n].span.begin;
  for (std::size_t n = 1; n < nodes.size(); ++n) {
    const Node& node = nodes[n];
    const auto broken = [&](std::string_view law) { return fmt::format("node {}: {}", n, law); };
    if (node.span.begin >= node.span.end) return broken("is not empty");
    if (node.parent >= n || nodes[node.parent].end <= n) return broken("stands inside its parent's nodes");
    const Node& parent = nodes[node.parent];
    if (node.end <= n || node.end > parent.end) return broken("its subtree lies inside its parent's");
    if (node.span.end > parent.span.end) return broken("its span lies inside its parent's");
    if (node.span.begin < sibling_end[node.parent]) return broken("begins behind its elder sibling");
    sibling_end[node.parent] = node.span.end;
    const bool is_leaf = node.policy != Policy::kWords && node.policy != Policy::kGroup;
    if (is_leaf && node.end != n + 1) return broken("a leaf has no children");
    if (!std::isnan(node.importance) && !(node.importance >= 0 && node.importance <= 1)) {
      return broken("importance is in [0, 1]");
    }
    if (node.span.end < text.size() && (static_cast<unsigned char>(text[node.span.end]) & 0xC0U) == 0x80U &&
        (static_cast<unsigned char>(text[node.span.end - 1]) & 0x80U) != 0) {
      // Only well-formed characters must stay whole; a stray continuation byte may begin anything.
      std::size_t lead = node.span.end;
      while (lead > 0 && node.span.end - lead < 4 && (static_cast<unsigned char>(text[lead]) & 0xC0U) == 0x80U) --lead;
      if ((static_cast<unsigned char>(text[lead]) & 0xC0U) == 0xC0U) return broken("does not end inside a character");
    }
  }
  return "";
}

std::string structure_text(const Structure& structure, std::string_view text) {
  std::string out;
  std::vector<std::size_t> depth(structure.nodes.size());
  for (std::size_t n = 0; n < structure.nodes.size(); ++n) {
    const Node& node = structure.nodes[n];
    depth[n] = n == 0 ? 0 : depth[node.parent] + 1;
    out += fmt::format("{:{}}{} {}{}{}", "", 2 * depth[n], policy_name(node.policy), kind_name(node.kind),
                       node.is_required ? " required" : "", node.is_forced ? " forced" : "");
    if (!std::isnan(node.importance)) out += fmt::format(" {:.2f}", node.importance);
    out += fmt::format(" |{}|\n", shown(node.span.of(text)));
  }
  return out;
}

}  // namespace pith
