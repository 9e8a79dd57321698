// The recognisers behind recognize(). Each reads `span` of `text` and adds children to the builder's innermost open
// node, whose span covers `span`; it closes what it opens. It returns false, with the builder as it was, if the bytes
// are not that format. All are linear, follow at most kMaxDepth levels without recursion on the input, and stop adding
// nodes when the builder is full (the rest is left to the open node's own policy).
#pragma once

#include <string_view>

#include "text/structure/tree_builder.h"

namespace pith {

/// One place that knows what surrounds a recogniser: the question (may be empty) that records are matched against.
struct Surroundings {
  std::string_view question;
};

// json.cc: one JSON value (RFC 8259), white space around it allowed.
bool add_json(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// json_lines.cc: two or more lines, each a JSON object or array; blank lines allowed.
bool add_json_lines(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// csv.cc: delimiter-separated rows (comma, tab, semicolon, pipe; RFC 4180 quotes) of one width, a header or not.
bool add_csv(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// yaml.cc: block mappings and sequences; a text of one plain scalar is not YAML to us. toml.cc: TOML 1.0.
bool add_yaml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
bool add_toml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// xml.cc: a well-formed XML element with its prolog; add_html: a whole HTML page or fragment, void elements known.
bool add_xml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
bool add_html(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// log.cc: lines with timestamps, levels or a template most of them share; stack traces among them.
bool add_log(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// stack_trace.cc: Python, Java, JavaScript, Go, Rust, C# traces: the message first, then frames.
bool add_stack_trace(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// diff.cc: unified diffs, git's headers included.
bool add_diff(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// code.cc: source text as lines and blocks; `language` is a fence's info string or "" (then always accepted).
bool add_code(std::string_view text, ByteSpan span, std::string_view language, TreeBuilder& tree);
// chat.cc: turns that begin with a role or a speaker (`User:`, `[doctor]`, `<|im_start|>user`, `**Customer**:`).
bool add_chat(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);
// markdown.cc: CommonMark with tables; front matter, tags, and whatever the recognisers above know in its blocks.
// Accepts every text.
bool add_markdown(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree);

}  // namespace pith
