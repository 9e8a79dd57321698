// Rendering: the result is copied out of the original bytes.
//
// Kept words keep their order, their line and their indentation. Between two kept words that were neighbours the
// original white space is copied as it is. Where words between them were dropped, one of the gaps among the dropped
// words is copied: a line break with the indentation that follows it if there was one (a blank line if there was one),
// else the nearest white space. Only where there was no white space at all (`and/or`, `foo(bar)`) and the two would
// merge into one word is a single space added; that space is the only byte that is not a copy.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compress/prepared_context.h"

namespace pith {

/// With `markers`, where whole lines of a log, a diff or source code were left out, a line `[12 lines left out]` says
/// so. Formats that such a line would break (JSON, CSV, YAML, markup) get none.
struct RenderOptions {
  bool keep_line_breaks = false;  ///< a line break is among the force tokens: copy every line break between kept words
  bool drop_consecutive = false;  ///< see CompressRequest; also collapses kept line breaks to the ordinary rule
  bool markers = false;           ///< see above
};

/// Appends the rendering of the words with kept[w] != 0 to *out. With `spans` also appends what was copied: ascending,
/// disjoint, touching ranges merged. With `emitted` (size n_words) marks the words that are really in the text:
/// kept ones less those drop_consecutive removed. Linear. REQUIRES: kept.size() == context.n_words().
void render(const PreparedContext& context, std::span<const std::uint8_t> kept, const RenderOptions& options,
            std::string* out, std::vector<ByteSpan>* spans = nullptr, std::vector<std::uint8_t>* emitted = nullptr);

}  // namespace pith
