// The context-level filter of the default mode: whole documents are dropped first, by the mean score of their words.
#pragma once

#include <cstdint>
#include <span>

#include "compress/prepared_context.h"
#include "pith/compress.h"

namespace pith {

/// Whether the request asks for the filter: said so, or (unsaid) one of its three settings is given. One context is
/// never filtered.
[[nodiscard]] bool wants_context_filter(const CompressRequest& request);

/// Sets is_dropped. Contexts are taken by descending mean word score (ties: by position), the forced ones first, until
/// the next would exceed the tokens or the number allowed; at least one stays. `context_tokens[c]` is each context's
/// count, `origin_tokens` of all, `budget_tokens` the final budget (the library's default share of contexts is derived
/// from it). What is allowed, first that is given: context_level_target_token, target_context, context_level_rate *
/// origin_tokens, halfway between the budget and everything (a token budget: twice the budget).
void filter_contexts(const CompressRequest& request, std::span<const std::int64_t> context_tokens,
                     std::int64_t origin_tokens, std::int64_t budget_tokens, std::span<PreparedContext> contexts);

}  // namespace pith
