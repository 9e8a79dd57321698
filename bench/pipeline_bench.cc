// A whole request with a network that takes no time: everything Pith does itself, from bytes to bytes. Real segmenter,
// real tokenizer and real token counter; the classifier answers with numbers hashed from the ids.
#include <benchmark/benchmark.h>

#include "bench_text.h"
#include "compress/llmlingua2.h"
#include "tokenize/load_tokenizer.h"

namespace pith::bench {
namespace {

class InstantClassifier final : public TokenClassifier {
 public:
  explicit InstantClassifier(std::unique_ptr<Tokenizer> tokenizer) : tokenizer_(std::move(tokenizer)) {}

  Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                const ProgressCallback& /*progress*/) const override {
    std::vector<float> out(sequences.ids.size());
    std::uint32_t hash = 1;
    for (std::size_t i = 0; i < out.size(); ++i) {
      hash = (hash ^ static_cast<std::uint32_t>(sequences.ids[i])) * 2654435761U;
      out[i] = static_cast<float>(hash >> 8U) / static_cast<float>(1U << 24U);
    }
    return out;
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return 512; }
  [[nodiscard]] std::string description() const override { return "instant"; }

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
};

void BM_CompressWithoutNetwork(benchmark::State& state) {
  auto tokenizer = load_tokenizer(PITH_SOURCE_DIR "/models/default");
  const auto counter = load_token_counter("o200k_base");
  if (!tokenizer || !counter) {
    state.SkipWithError((!tokenizer ? tokenizer.error() : counter.error()).message.c_str());
    return;
  }
  const InstantClassifier classifier(std::move(*tokenizer));
  CompressRequest request;
  request.context = {text_of(static_cast<std::size_t>(state.range(0)))};
  request.rate = 0.5;
  Timings sum;
  std::int64_t n_tokens = 0;
  for (auto _ : state) {
    const auto result = compress_llmlingua2(request, classifier, **counter, {});
    if (!result) {
      state.SkipWithError(result.error().message.c_str());
      return;
    }
    const Timings& ms = result->timings_ms;
    sum.segment += ms.segment;
    sum.tokenize += ms.tokenize;
    sum.select += ms.select;
    sum.render += ms.render;
    n_tokens = result->origin_tokens;
  }
  const auto mean = [](double ms) { return benchmark::Counter(ms, benchmark::Counter::kAvgIterations); };
  state.counters["segment_ms"] = mean(sum.segment);
  state.counters["tokenize_ms"] = mean(sum.tokenize);
  state.counters["select_ms"] = mean(sum.select);
  state.counters["render_ms"] = mean(sum.render);
  state.counters["tokens"] = static_cast<double>(n_tokens);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

// About 500, 10,000 and 200,000 tokens.
BENCHMARK(BM_CompressWithoutNetwork)->Arg(2'200)->Arg(44'000)->Arg(880'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pith::bench
