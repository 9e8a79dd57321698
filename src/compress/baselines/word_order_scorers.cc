#include "compress/baselines/word_order_scorers.h"

#include <cstdint>

#include "compress/baselines/stop_words.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

/// Calls `score_of(context index, word index, position among all words in result order, number of all words)`.
template <class ScoreOf>
void score_in_order(const ScoringTask& task, const ScoreOf& score_of) {
  Stopwatch watch;
  std::size_t n_words = 0;
  for (const std::size_t c : task.order) n_words += task.contexts[c].n_words();
  std::size_t position = 0;
  for (const std::size_t c : task.order) {
    PreparedContext& context = task.contexts[c];
    context.scores.resize(context.n_words());
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      context.scores[w] = static_cast<float>(score_of(c, w, position++, n_words));
    }
  }
  task.timings.score += watch.lap();
}

/// 1 for the first to be kept, just above 0 for the last.
double share(std::size_t rank, std::size_t n) { return static_cast<double>(n - rank) / static_cast<double>(n); }

/// SplitMix64 (Steele, Lea and Flood 2014): one step of a sequence that visits every number.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

}  // namespace

Result<void> TruncationScorer::score(const ScoringTask& task) const {
  score_in_order(task, [this](std::size_t, std::size_t, std::size_t position, std::size_t n) {
    const std::size_t from_end = n - 1 - position;
    switch (keep_) {
      case Keep::kHead:
        return share(position, n);
      case Keep::kTail:
        return share(from_end, n);
      case Keep::kEnds:
        break;
    }
    return share(position <= from_end ? 2 * position : 2 * from_end + 1, n);
  });
  return {};
}

Result<void> RandomScorer::score(const ScoringTask& task) const {
  const std::uint64_t seed = mix(static_cast<std::uint64_t>(task.request.seed));
  score_in_order(task, [seed](std::size_t c, std::size_t w, std::size_t, std::size_t) {
    constexpr double kScale = 1.0 / (1U << 24);  // what a float holds exactly
    return static_cast<double>(mix(mix(seed + c) + w) >> 40) * kScale;
  });
  return {};
}

Result<void> StopWordScorer::score(const ScoringTask& task) const {
  score_in_order(task, [&](std::size_t c, std::size_t w, std::size_t position, std::size_t n) {
    const PreparedContext& context = task.contexts[c];
    const bool is_stop = is_stop_word(context.document.words[w].span.of(context.text));
    return (is_stop ? 0 : 0.5) + share(position, n) / 2 - (is_stop ? 0.25 / static_cast<double>(n) : 0);
  });
  return {};
}

}  // namespace pith
