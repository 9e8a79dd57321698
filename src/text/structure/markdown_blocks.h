// The block structure of Markdown: sections, lists, quotes, tables, fences, tags. A line parser after CommonMark's
// rules (containers first, then leaves) that knows the bytes of every marker, which md4c does not report.
#pragma once

#include <string_view>

#include "text/structure/inline.h"
#include "text/structure/recognizers.h"

namespace pith {

struct MarkdownOptions {
  /// Stretches of `Speaker: words` become chat turns. Off inside a turn.
  bool allow_chat = true;
};

/// Adds the blocks of `span` to the innermost open node.
void add_markdown_blocks(std::string_view text, ByteSpan span, const Surroundings& around,
                         const MarkdownOptions& options, TreeBuilder& tree);

}  // namespace pith
