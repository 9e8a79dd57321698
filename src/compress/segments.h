// Segments with a rate of their own: what structured prompts (<llmlingua, rate=0.4>...</llmlingua>) and per-key JSON
// configurations ask for. Each is chosen for itself, to its own budget; the rest of the request shares the global one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "compress/prepared_context.h"
#include "compress/render.h"
#include "pith/result.h"

namespace pith {

/// Tokens of segments, and of what was kept of them.
struct SegmentTokens {
  std::int64_t origin = 0;
  std::int64_t kept = 0;
};

using CountTokens = std::function<std::int64_t(std::string_view)>;

/// The part of a scored and ranked-for-punctuation context that node `n` covers, as a context of its own.
[[nodiscard]] PreparedContext slice_context(const PreparedContext& context, std::uint32_t n);

/// Chooses within each of context.segment_rates: what is kept becomes forced, the rest excluded. A segment's budget is
/// floor(rate * its tokens); where the segment's node is_required its frame always stays, and the rate is that of the
/// rest. Segments and JSON members that nothing may be dropped from (is_forced) are counted
/// as kept. Errors: kBudgetTooSmall when forced words alone exceed a segment's budget.
[[nodiscard]] Result<SegmentTokens> choose_in_segments(PreparedContext& context, const RenderOptions& options,
                                                       const CountTokens& count);

}  // namespace pith
