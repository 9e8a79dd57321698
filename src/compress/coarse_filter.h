// The budget controller of LLMLingua and LongLLMLingua (arXiv 2310.05736, section 3.1; 2310.06839, section 4.1) before
// any word is judged: whole contexts are ranked, the weakest dropped, the others put in order and given their rates.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compress/context_ranker.h"
#include "compress/prepared_context.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// What contexts keep when the request does not say: twice the budget, the papers' k. Words are dropped from what is
/// left.
inline constexpr std::string_view kDefaultContextBudget = "*2";

struct CoarseFilter {
  std::vector<std::size_t> order;    ///< contexts that stay, as they are to follow each other
  std::vector<double> rate_offsets;  ///< per context of the request; empty if the request asks for none
};

/// Ranks the contexts by the question and sets is_dropped. Contexts are taken best first (forced ones before), until
/// the next would exceed what is allowed; at least one stays. Allowed is what filter_contexts() would allow by
/// target_context, context_level_rate or context_level_target_token, else `budget_tokens` with the request's
/// context_budget applied, and force_context_number contexts. Contexts with a part that nothing may be dropped from
/// stay if strict_preserve_uncompressed. With use_context_level_filter off all stay.
///
/// The order follows reorder_context. rate_offsets fall evenly from +d for the best to -d for the last that stayed,
/// less their mean by tokens, so that the whole keeps what was asked (d: dynamic_context_compression_ratio). Errors:
/// the ranker's, kInvalidArgument (context_budget).
[[nodiscard]] Result<CoarseFilter> coarse_filter(const CompressRequest& request, const ContextRanker& ranker,
                                                 std::span<PreparedContext> contexts, std::int64_t budget_tokens,
                                                 const TokenCounter& counter, const ProgressCallback& progress);

/// Turns scores into their quantiles among all words of contexts that stayed, shifted by their context's offset, for
/// scorers that know nothing of offsets. The results lie in [0, 1].
void shift_scores(std::span<const double> rate_offsets, std::span<PreparedContext> contexts);

}  // namespace pith
