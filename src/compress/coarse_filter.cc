#include "compress/coarse_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compress/context_budget.h"
#include "compress/context_filter.h"

namespace pith {
namespace {

/// Contexts that must stay, by their number or for what is in them.
std::vector<std::uint8_t> must_stay(const CompressRequest& request, std::span<const PreparedContext> contexts) {
  std::vector<std::uint8_t> stays(contexts.size(), 0);
  for (const std::int64_t id : request.force_context_ids) stays[static_cast<std::size_t>(id)] = 1;
  if (!request.strict_preserve_uncompressed) return stays;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const auto& nodes = contexts[c].structure.nodes;
    if (std::ranges::any_of(nodes, [](const Node& n) { return n.is_forced && n.kind == Kind::kSegment; })) stays[c] = 1;
  }
  return stays;
}

/// Best at both ends: places 0, 2, 4, ... and then ..., 5, 3, 1.
std::vector<std::size_t> two_stage(const std::vector<std::size_t>& best_first) {
  std::vector<std::size_t> order;
  order.reserve(best_first.size());
  for (std::size_t i = 0; i < best_first.size(); i += 2) order.push_back(best_first[i]);
  for (std::size_t i = best_first.size(); i-- > 0;) {
    if (i % 2 == 1) order.push_back(best_first[i]);
  }
  return order;
}

std::vector<double> offsets_by_rank(const std::vector<std::size_t>& best_first, std::span<const double> n_tokens,
                                    double spread) {
  std::vector<double> offsets(n_tokens.size(), 0.0);
  const std::size_t n = best_first.size();
  if (n < 2) return offsets;
  double sum = 0, n_all = 0;
  for (std::size_t p = 0; p < n; ++p) {
    const std::size_t c = best_first[p];
    offsets[c] = spread * (1.0 - 2.0 * static_cast<double>(p) / static_cast<double>(n - 1));
    sum += offsets[c] * n_tokens[c];
    n_all += n_tokens[c];
  }
  if (n_all == 0) return offsets;
  for (const std::size_t c : best_first) offsets[c] = std::clamp(offsets[c] - sum / n_all, -1.0, 1.0);
  return offsets;
}

}  // namespace

Result<CoarseFilter> coarse_filter(const CompressRequest& request, const ContextRanker& ranker,
                                   std::span<PreparedContext> contexts, std::int64_t budget_tokens,
                                   const TokenCounter& counter, const ProgressCallback& progress) {
  std::vector<std::string_view> texts;
  std::vector<double> n_tokens;
  double origin_tokens = 0;
  for (const PreparedContext& context : contexts) {
    texts.push_back(context.text);
    n_tokens.push_back(static_cast<double>(counter.count(context.text)));
    origin_tokens += n_tokens.back();
  }
  auto ranked = ranker.rank(request.question, texts, progress);
  if (!ranked) return tl::unexpected(ranked.error());

  const ContextAllowance asked = context_allowance(request, static_cast<std::int64_t>(origin_tokens), budget_tokens);
  double most_tokens = static_cast<double>(asked.n_tokens);
  std::int64_t most_contexts = std::min(asked.n_contexts, request.force_context_number.value_or(asked.n_contexts));
  if (!asked.is_given) {
    const auto by_budget =
        apply_context_budget(static_cast<double>(std::max<std::int64_t>(0, budget_tokens)),
                             request.context_budget.empty() ? kDefaultContextBudget : request.context_budget);
    if (!by_budget) return tl::unexpected(by_budget.error());
    // Without a later stage that drops words, what is kept whole has to fit.
    most_tokens = request.use_token_level_filter ? *by_budget : static_cast<double>(budget_tokens);
  }
  const bool filters = request.use_context_level_filter.value_or(true);
  const std::vector<std::uint8_t> stays = must_stay(request, contexts);
  std::ranges::stable_partition(*ranked, [&](const RankedContext& r) { return stays[r.context] != 0; });

  std::vector<std::size_t> best_first;
  double n_kept_tokens = 0;
  bool is_full = false;
  for (const RankedContext& r : *ranked) {
    const double n_with = n_kept_tokens + n_tokens[r.context];
    const bool fits = n_with <= most_tokens && static_cast<std::int64_t>(best_first.size()) < most_contexts;
    is_full = is_full || !fits;
    const bool is_kept = !filters || stays[r.context] != 0 || !is_full || best_first.empty();
    contexts[r.context].is_dropped = !is_kept;
    if (!is_kept) continue;
    best_first.push_back(r.context);
    n_kept_tokens = n_with;
  }
  CoarseFilter result;
  if (request.dynamic_context_compression_ratio > 0) {
    result.rate_offsets = offsets_by_rank(best_first, n_tokens, request.dynamic_context_compression_ratio);
  }
  result.order = request.reorder_context == "two_stage" ? two_stage(best_first) : best_first;
  if (request.reorder_context == "original") std::ranges::sort(result.order);
  return result;
}

void shift_scores(std::span<const double> rate_offsets, std::span<PreparedContext> contexts) {
  std::vector<float> sorted;
  for (const PreparedContext& context : contexts) {
    if (!context.is_dropped) sorted.insert(sorted.end(), context.scores.begin(), context.scores.end());
  }
  if (sorted.empty()) return;
  std::ranges::sort(sorted);
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    for (float& score : contexts[c].scores) {
      const auto n_below = std::ranges::lower_bound(sorted, score) - sorted.begin();
      const double quantile = static_cast<double>(n_below) / static_cast<double>(sorted.size());
      score = static_cast<float>((quantile + rate_offsets[c] + 1) / 3);
    }
  }
}

}  // namespace pith
