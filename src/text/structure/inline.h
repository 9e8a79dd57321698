// Inline Markdown: what inside a paragraph must stay together. md4c decides what is emphasis, a link or code; this file
// finds the bytes of their markers again (md4c reports text only), and adds what deleting words could turn into syntax:
// a dash in mid-line that would open a list if it came first on its line is tied to the word before it.
//
//   see **the long name of it** - or `f(x)`
//       group emphasis            whole   whole inline code
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "text/structure/tree_builder.h"

namespace pith {

/// [begin, end) of a paragraph's text. A whole span is kept or dropped in one piece; else the bytes of
/// [inner_begin, inner_end) are words and the rest is their frame.
struct InlineSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t inner_begin = 0;
  std::uint32_t inner_end = 0;
  Kind kind = Kind::kText;
  bool is_whole = true;
};

/// Labels of the document's reference definitions, as label_key() spells them.
using ReferenceLabels = std::unordered_set<std::string>;
[[nodiscard]] std::string label_key(std::string_view label);

/// md4c takes more than linear time on some inputs, so longer paragraphs are read in pieces of this many bytes.
inline constexpr std::size_t kMaxInlineBytes = 8192;

/// What `paragraph` (lines joined by line breaks, without quote markers) holds, parents first, ascending, properly
/// nested. `indent` is the column its container's text begins at.
[[nodiscard]] std::vector<InlineSpan> find_inline_spans(std::string_view paragraph, const ReferenceLabels& labels,
                                                        std::uint32_t indent);

/// Adds `spans` (all inside one stretch of the paragraph) to the innermost open node; byte b of the paragraph is byte
/// b + shift of the text.
void add_inline_spans(std::string_view paragraph, std::span<const InlineSpan> spans, std::int64_t shift,
                      TreeBuilder& tree);

/// A kWords node over `words` of `text` with its inline nodes.
void add_inline_words(std::string_view text, ByteSpan words, Kind kind, const ReferenceLabels& labels,
                      TreeBuilder& tree);

}  // namespace pith
