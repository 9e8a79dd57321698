#include "compress/context_filter.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace pith {
namespace {

double mean_score(const PreparedContext& context) {
  if (context.scores.empty()) return 0;
  return std::accumulate(context.scores.begin(), context.scores.end(), 0.0) /
         static_cast<double>(context.scores.size());
}

}  // namespace

bool wants_context_filter(const CompressRequest& request) {
  if (request.context.size() < 2) return false;
  return request.use_context_level_filter.value_or(request.target_context >= 0 || request.context_level_rate < 1.0 ||
                                                   request.context_level_target_token >= 0);
}

ContextAllowance context_allowance(const CompressRequest& request, std::int64_t origin_tokens,
                                   std::int64_t budget_tokens) {
  ContextAllowance allowed;
  if (request.context_level_target_token >= 0) {
    allowed.n_tokens = request.context_level_target_token;
  } else if (request.target_context >= 0) {
    allowed.n_contexts = request.target_context;
  } else if (request.context_level_rate < 1.0) {
    allowed.n_tokens =
        static_cast<std::int64_t>(std::floor(request.context_level_rate * static_cast<double>(origin_tokens)));
  } else {
    allowed.is_given = false;
    if (!request.use_token_level_filter) {
      allowed.n_tokens = budget_tokens;
    } else if (request.target_token) {
      allowed.n_tokens = 2 * budget_tokens;
    } else {
      allowed.n_tokens = (budget_tokens + origin_tokens) / 2;
    }
  }
  return allowed;
}

void filter_contexts(const CompressRequest& request, std::span<const std::int64_t> context_tokens,
                     std::int64_t origin_tokens, std::int64_t budget_tokens, std::span<PreparedContext> contexts) {
  const ContextAllowance allowed = context_allowance(request, origin_tokens, budget_tokens);
  std::vector<std::uint8_t> is_forced(contexts.size(), 0);
  for (const std::int64_t id : request.force_context_ids) is_forced[static_cast<std::size_t>(id)] = 1;
  std::vector<double> means;
  means.reserve(contexts.size());
  for (const PreparedContext& context : contexts) means.push_back(mean_score(context));
  std::vector<std::size_t> order(contexts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (is_forced[a] != is_forced[b]) return is_forced[a] > is_forced[b];
    return means[a] > means[b];
  });
  std::int64_t n_tokens = 0;
  std::int64_t n_contexts = 0;
  bool is_full = false;
  for (const std::size_t c : order) {
    n_tokens += context_tokens[c];
    ++n_contexts;
    const bool fits = n_tokens <= allowed.n_tokens && n_contexts <= allowed.n_contexts;
    if (!fits && is_forced[c] == 0 && n_contexts > 1) is_full = true;
    contexts[c].is_dropped = is_full && is_forced[c] == 0;
  }
}

}  // namespace pith
