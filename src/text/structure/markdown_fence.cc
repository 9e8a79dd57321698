#include <algorithm>
#include <array>
#include <string>

#include "text/structure/line_scan.h"
#include "text/structure/markdown_leaves.h"

namespace pith {
namespace {

using Recognizer = bool (*)(std::string_view, ByteSpan, const Surroundings&, TreeBuilder&);
struct Language {
  std::string_view name;
  Recognizer add;
};
constexpr std::array<Language, 19> kLanguages{{{"json", add_json},
                                               {"json5", add_json},
                                               {"jsonc", add_json},
                                               {"jsonl", add_json_lines},
                                               {"ndjson", add_json_lines},
                                               {"yaml", add_yaml},
                                               {"yml", add_yaml},
                                               {"toml", add_toml},
                                               {"diff", add_diff},
                                               {"patch", add_diff},
                                               {"csv", add_csv},
                                               {"tsv", add_csv},
                                               {"xml", add_xml},
                                               {"svg", add_xml},
                                               {"html", add_html},
                                               {"log", add_log},
                                               {"logs", add_log},
                                               {"traceback", add_stack_trace},
                                               {"stacktrace", add_stack_trace}}};
/// Info strings under which anything may stand; what the text looks like decides.
constexpr std::array<std::string_view, 9> kAnything{"",     "text",    "txt",    "plain",        "plaintext",
                                                    "none", "console", "output", "shell-session"};

/// By its first bytes and lines, at the cost of looking at them.
bool add_by_looks(const LeafContext& context, ByteSpan code) {
  const std::string_view content = without_indent(context.text, code).of(context.text);
  if (content.empty()) return false;
  const auto holds = [&](Recognizer add) { return add(context.text, code, context.around, context.tree); };
  const char first = content[0];
  if ((first == '{' || first == '[') && (holds(add_json) || holds(add_json_lines))) return true;
  if (first == '<' && holds(add_xml)) return true;
  if ((content.starts_with("diff --git ") || content.starts_with("--- ") || content.starts_with("@@ ")) &&
      holds(add_diff)) {
    return true;
  }
  if (std::count(content.begin(), content.end(), '\n') < 2) return false;
  const bool has_frames =
      content.find("\n    at ") != std::string_view::npos || content.find("\n\tat ") != std::string_view::npos ||
      content.find("Traceback (most recent") != std::string_view::npos ||
      content.find("goroutine ") != std::string_view::npos || content.find("panicked at") != std::string_view::npos;
  if (has_frames && holds(add_stack_trace)) return true;
  return (is_digit_byte(first) || first == '[' || is_letter_byte(first)) && holds(add_log);
}

}  // namespace

void add_embedded(const LeafContext& context, ByteSpan code, std::string_view language) {
  std::string name;
  for (const char c : language.substr(0, 32)) name += lower_byte(c);
  for (const Language& known : kLanguages) {
    if (known.name == name && known.add(context.text, code, context.around, context.tree)) return;
  }
  const bool is_anything = std::find(kAnything.begin(), kAnything.end(), name) != kAnything.end();
  if (is_anything && add_by_looks(context, code)) return;
  if (add_code(context.text, code, name, context.tree)) return;
  context.tree.leaf(Kind::kCodeLine, Policy::kWhole, code);
}

void add_fence(const LeafContext& context, const Fence& fence) {
  TreeBuilder& tree = context.tree;
  const bool is_quoted = fence.open.content_begin > fence.open.node_begin;
  if (is_quoted || fence.lines.empty()) {  // quote markers stand between the lines of code
    tree.leaf(Kind::kCodeBlock, Policy::kWhole, {fence.open.node_begin, fence.end});
    return;
  }
  std::size_t name_end = 0;
  const std::string_view info = fence.info;
  while (name_end < info.size() && !is_space_byte(info[name_end]) && info[name_end] != '{' && info[name_end] != ',') {
    ++name_end;
  }
  tree.open(Kind::kCodeBlock, Policy::kGroup, fence.open.node_begin);
  tree.set_quiet(true);
  add_embedded(context, {fence.content_begin, fence.content_end}, info.substr(0, name_end));
  tree.set_quiet(false);
  tree.close(fence.end);
}

}  // namespace pith
