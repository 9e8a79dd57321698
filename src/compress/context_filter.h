// The context-level filter of the default mode: whole documents are dropped first, by the mean score of their words.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "compress/prepared_context.h"
#include "pith/compress.h"

namespace pith {

/// Whether the request asks for the filter: said so, or (unsaid) one of its three settings is given. One context is
/// never filtered.
[[nodiscard]] bool wants_context_filter(const CompressRequest& request);

/// What the contexts that stay may have, first that is given: context_level_target_token, target_context,
/// context_level_rate * origin_tokens; else (not is_given) the library's default share, halfway between the budget and
/// everything (a token budget: twice the budget).
struct ContextAllowance {
  std::int64_t n_tokens = std::numeric_limits<std::int64_t>::max();
  std::int64_t n_contexts = std::numeric_limits<std::int64_t>::max();
  bool is_given = true;
};
[[nodiscard]] ContextAllowance context_allowance(const CompressRequest& request, std::int64_t origin_tokens,
                                                 std::int64_t budget_tokens);

/// Sets is_dropped. Contexts are taken by descending mean word score (ties: by position), the forced ones first, until
/// the next would exceed the tokens or the number allowed; at least one stays. `context_tokens[c]` is each context's
/// count, `origin_tokens` of all, `budget_tokens` the final budget (the default allowance is derived from it).
void filter_contexts(const CompressRequest& request, std::span<const std::int64_t> context_tokens,
                     std::int64_t origin_tokens, std::int64_t budget_tokens, std::span<PreparedContext> contexts);

}  // namespace pith
