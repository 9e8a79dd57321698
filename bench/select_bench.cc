// Ranking words and rendering the chosen ones: what is done for every request after the network, but for counting
// tokens.
#include <benchmark/benchmark.h>

#include <array>

#include "bench_text.h"
#include "compress/constraints.h"
#include "compress/rank_units.h"
#include "compress/render.h"
#include "compress/select.h"

namespace pith::bench {
namespace {

void set_rate(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void BM_RankWords(benchmark::State& state) {
  const std::string text = text_of(static_cast<std::size_t>(state.range(0)));
  std::array contexts{prepare(text)};
  for (auto _ : state) benchmark::DoNotOptimize(rank_units(contexts));
  set_rate(state);
}

void BM_RankPunctuation(benchmark::State& state) {
  const std::string text = text_of(static_cast<std::size_t>(state.range(0)));
  PreparedContext context = prepare(text);
  for (auto _ : state) {
    rank_punctuation(context);
    benchmark::DoNotOptimize(context.priorities.data());
  }
  set_rate(state);
}

void BM_KeepFlagsAndRender(benchmark::State& state) {
  const std::string text = text_of(static_cast<std::size_t>(state.range(0)));
  std::array contexts{prepare(text)};
  const Ranking ranking = rank_units(contexts);
  for (auto _ : state) {
    const KeepFlags flags = keep_flags(contexts, ranking, ranking.steps.size() / 2);
    std::string out;
    render(contexts[0], flags[0], {}, &out);
    benchmark::DoNotOptimize(out.data());
  }
  set_rate(state);
}

BENCHMARK(BM_RankWords)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_RankPunctuation)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_KeepFlagsAndRender)->Arg(50'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pith::bench
