// Tokens per second of CPU time: WordPiece of the default model, Unigram with the small vocabulary of the tests and the
// target's token counters, on real English (bench/data/long.txt) and on texts that leave the fast paths; and what
// loading them costs.
//
//   pith_bench --benchmark_filter=tokenize/
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/mapped_file.h"
#include "support/temp_dir.h"
#include "support/zst_file.h"
#include "tokenize/bpe_ranks.h"
#include "tokenize/byte_bpe_counter.h"
#include "tokenize/load_tokenizer.h"

namespace {

constexpr const char* kModelDir = PITH_SOURCE_DIR "/models/default";

std::string ranks_path(std::string_view name) {
  return std::string(PITH_SOURCE_DIR "/models/tokenizers/") + std::string(name) + ".ranks";
}

std::string repeated(std::string_view text, std::size_t n_bytes) {
  std::string out;
  while (out.size() < n_bytes) out += text;
  return out;
}

std::string sample(const std::string& name) {
  if (name == "english") return pith::read_file(PITH_SOURCE_DIR "/bench/data/long.txt").value_or("");
  if (name == "french")
    return repeated("L’été dernier, la forêt brûlait déjà près de chez nous ; où étiez-vous ? ", 100000);
  if (name == "russian") return repeated("Сегодня на совещании обсудили бюджет следующего квартала. ", 100000);
  if (name == "chinese") return repeated("今天的会议讨论了下一季度的预算。张教授认为成本上升了百分之十二。\n", 100000);
  if (name == "thai") return repeated("วันนี้ที่ประชุมได้หารือเรื่องงบประมาณของไตรมาสหน้า ", 100000);
  if (name == "json") return repeated("{\"id\": 17, \"price\": 12.50, \"url\": \"https://e.com/w/17\"}\n", 100000);
  return std::string(1 << 20, 'a');  // a megabyte without a space
}

void report(benchmark::State& state, std::size_t n_tokens, std::size_t n_bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_tokens));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(n_bytes));
  state.counters["tokens"] = static_cast<double>(n_tokens);
}

void encode(benchmark::State& state, const std::string& name, const std::string& model_dir) {
  const auto tokenizer = pith::load_tokenizer(model_dir);
  const std::string text = sample(name);
  if (!tokenizer || text.empty()) return state.SkipWithError("the tokenizer or the text is missing");
  pith::Encoding encoding;
  (*tokenizer)->encode(text, &encoding);
  const std::size_t n_tokens = encoding.n_tokens();
  if (encoding.spans.back().end > text.size()) return state.SkipWithError("a span leaves the text");
  for (auto _ : state) {
    encoding.clear();
    (*tokenizer)->encode(text, &encoding);
    benchmark::DoNotOptimize(encoding.ids.data());
  }
  report(state, n_tokens, text.size());
}

void wordpiece(benchmark::State& state, const std::string& name) { encode(state, name, kModelDir); }

void unigram(benchmark::State& state, const std::string& name) {
  const pith::TempDir dir;
  pith::write_text(dir / "tokenizer.json", pith::read_zst(PITH_SOURCE_DIR "/tests/data/tokenizers/unigram.json.zst"));
  encode(state, name, dir.path());
}

void counter(benchmark::State& state, const char* name, pith::BpePattern pattern, const std::string& text_name) {
  auto ranks = pith::BpeRanks::load(ranks_path(name));
  const std::string text = sample(text_name);
  if (!ranks || text.empty()) return state.SkipWithError("models/tokenizers or the text is missing");
  const pith::ByteBpeCounter bpe(name, pattern, std::move(*ranks));
  const std::size_t n_tokens = bpe.count(text);
  if (n_tokens != bpe.encode(text).size()) return state.SkipWithError("count() and encode() disagree");
  for (auto _ : state) benchmark::DoNotOptimize(bpe.count(text));
  report(state, n_tokens, text.size());
}

void load_wordpiece(benchmark::State& state) {
  for (auto _ : state) {
    auto tokenizer = pith::load_tokenizer(kModelDir);
    if (!tokenizer) return state.SkipWithError(tokenizer.error().message.c_str());
    benchmark::DoNotOptimize(tokenizer);
  }
}

void load_ranks(benchmark::State& state, const char* name) {
  for (auto _ : state) {
    auto ranks = pith::BpeRanks::load(ranks_path(name));
    if (!ranks) return state.SkipWithError(ranks.error().message.c_str());
    benchmark::DoNotOptimize(ranks);
  }
}

const int kRegistered = [] {
  for (const char* text : {"english", "french", "russian", "chinese", "thai", "json", "one_word"}) {
    const std::string name = text;
    benchmark::RegisterBenchmark(("tokenize/wordpiece/" + name).c_str(), wordpiece, name);
    benchmark::RegisterBenchmark(("tokenize/unigram/" + name).c_str(), unigram, name);
    benchmark::RegisterBenchmark(("tokenize/o200k_base/" + name).c_str(), counter, "o200k_base",
                                 pith::BpePattern::kO200k, name);
    benchmark::RegisterBenchmark(("tokenize/cl100k_base/" + name).c_str(), counter, "cl100k_base",
                                 pith::BpePattern::kCl100k, name);
  }
  benchmark::RegisterBenchmark("tokenize/load/wordpiece", load_wordpiece)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("tokenize/load/o200k_base", load_ranks, "o200k_base")->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("tokenize/load/cl100k_base", load_ranks, "cl100k_base")->Unit(benchmark::kMillisecond);
  return 0;
}();

}  // namespace
