#include "compress/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace pith {

Ranking rank_words(std::span<const PreparedContext> contexts) {
  struct Key {
    float priority;
    bool is_forced;
    bool is_punctuation;
    WordRef ref;
  };
  std::vector<Key> keys;
  Ranking ranking;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const PreparedContext& context = contexts[c];
    if (context.is_dropped) continue;
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const bool is_forced = context.forced[w] != 0;
      ranking.n_forced += is_forced ? 1 : 0;
      keys.push_back({context.priorities[w],
                      is_forced,
                      context.document.words[w].is_punctuation,
                      {static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(w)}});
    }
  }
  // A total order: equal priorities put words before the marks that wait for them, then follow the text.
  std::ranges::sort(keys, [](const Key& a, const Key& b) {
    if (a.is_forced != b.is_forced) return a.is_forced;
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.is_punctuation != b.is_punctuation) return b.is_punctuation;
    if (a.ref.context != b.ref.context) return a.ref.context < b.ref.context;
    return a.ref.word < b.ref.word;
  });
  ranking.order.reserve(keys.size());
  for (const Key& key : keys) ranking.order.push_back(key.ref);
  return ranking;
}

KeepFlags keep_flags(std::span<const PreparedContext> contexts, const Ranking& ranking, std::size_t n_kept) {
  KeepFlags flags(contexts.size());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    if (!contexts[c].is_dropped) flags[c].assign(contexts[c].n_words(), 0);
  }
  for (std::size_t i = 0; i < n_kept; ++i) flags[ranking.order[i].context][ranking.order[i].word] = 1;
  return flags;
}

std::size_t count_above(std::span<const PreparedContext> contexts, const Ranking& ranking, double threshold) {
  std::size_t n_words = ranking.n_forced;
  while (n_words < ranking.order.size()) {
    const WordRef ref = ranking.order[n_words];
    if (!(static_cast<double>(contexts[ref.context].priorities[ref.word]) > threshold)) break;
    ++n_words;
  }
  return n_words;
}

Result<std::size_t> select_prefix(const Ranking& ranking, std::int64_t budget_tokens,
                                  const std::function<std::int64_t(std::size_t)>& count) {
  std::size_t fits = ranking.n_forced;
  if (fits > 0) {
    const std::int64_t n_forced_tokens = count(fits);
    if (n_forced_tokens > budget_tokens) {
      return fail(ErrorCode::kBudgetTooSmall,
                  fmt::format("the forced words alone take {} tokens, but the budget is {}; raise the rate or "
                              "target_token, or force less",
                              n_forced_tokens, budget_tokens));
    }
  }
  // Walk down the dyadic tree over prefix lengths: from the largest power of two, each step is taken if it still fits.
  // The node visited next depends only on the answers so far, and every answer for a larger budget is at least as
  // generous, so the paths of two budgets can part only in the right order.
  const std::size_t n_words = ranking.order.size();
  for (std::size_t step = std::bit_floor(n_words); step > 0; step /= 2) {
    const std::size_t candidate = fits + step;
    if (candidate <= n_words && count(candidate) <= budget_tokens) fits = candidate;
  }
  return fits;
}

}  // namespace pith
