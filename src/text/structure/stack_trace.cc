// A stack trace on its own, or several with blank lines between.
#include <algorithm>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/stack_frames.h"
#include "text/structure/text_lines.h"

namespace pith {

bool add_stack_trace(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  static_cast<void>(around);
  span = trimmed(text, span);
  if (span.empty()) return false;
  const std::vector<TextLine> lines = lines_of(text, span);
  std::vector<TraceExtent> traces;
  std::vector<std::size_t> begins;
  std::size_t n_frames = 0;
  for (std::size_t n = 0; n < lines.size();) {
    if (lines[n].is_blank()) {
      ++n;
      continue;
    }
    const TraceExtent trace = trace_extent(text, lines, n);
    if (trace.n_frames == 0) return false;
    begins.push_back(n);
    traces.push_back(trace);
    n_frames += trace.n_frames;
    n = trace.end;
  }
  if (n_frames < 2) return false;
  tree.open(Kind::kText, Policy::kGroup, span.begin);
  for (std::size_t t = 0; t < traces.size() && !tree.is_full(); ++t) {
    add_trace(text, lines, begins[t], traces[t].end, {}, tree);
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
