// The lines of stack traces, alone or among a log's lines: which say what went wrong, which are frames.
//
//   Traceback (most recent call last):      message, required
//     File "a.py", line 3, in f             frame, with the source line below it
//       g()
//   ValueError: bad                         message, required
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/structure/text_lines.h"
#include "text/structure/tree_builder.h"

namespace pith {

struct TraceExtent {
  std::size_t end = 0;  ///< line behind the last one
  std::size_t n_frames = 0;
};

/// The trace that begins at line `first`; n_frames is 0 if none does. `first` may be the log line the trace is of.
/// Python, Java, JavaScript, Go, Rust, C#. Looks a few lines ahead only.
[[nodiscard]] TraceExtent trace_extent(std::string_view text, const std::vector<TextLine>& lines, std::size_t first);

/// Adds the lines [first, end) as one kStackTrace: the messages required, each frame one piece.
void add_trace(std::string_view text, const std::vector<TextLine>& lines, std::size_t first, std::size_t end,
               const NodeOptions& options, TreeBuilder& tree);

}  // namespace pith
