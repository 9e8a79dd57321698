// Speed of segment() per kind of text, in bytes per second of CPU time, after checking that it still finds words there.
//
//   pith_bench --benchmark_filter=segment/
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "text/segment.h"

namespace {

struct Sample {
  const char* name;
  std::string_view text;
};

constexpr Sample kSamples[] = {
    {"english_prose",
     "The committee met on Tuesday, 14 March, to discuss the budget. Dr. Alvarez said that costs had risen by 12% "
     "since the\n"
     "last review, and that the well-known supplier wouldn't lower its price of $3,450 per unit. \"We need another "
     "plan,\" she\n"
     "added, \"or we stop.\" Nobody disagreed; the vote was put off until the U.S. office replies (see section "
     "3.2).\n\n"},
    {"english_curly",
     "It’s “well known” that authors—even careful ones—don’t agree on dashes… or quotes. The editor’s note says so, "
     "and the\n"
     "reader’s patience isn’t endless. “Fine,” she said. He didn’t answer.\n\n"},
    {"markdown",
     "## Install\n\n- Run `pip install foo_bar` (**not** `sudo`)\n- See [the guide](https://example.com/a/b?c=d#e) "
     "first\n\n"
     "| name | value |\n|------|-------|\n| rate | 0.33 |\n\n```cpp\nauto x = foo(bar, 1.5);\n```\n\n"},
    {"json",
     "{\"id\": 17, \"name\": \"Widget\", \"tags\": [\"a\", \"b\"], \"price\": 12.50, \"url\": "
     "\"https://e.com/w/17\"}\n"},
    {"chinese",
     "今天的会议讨论了下一季度的预算。张教授认为成本上升了百分之十二，因此需要新的方案。大家没有反对，投票推迟到下周。"
     "\n"},
    {"japanese",
     "今日の会議では来期の予算について話し合いました。費用が増えたため、新しい計画が必要だと田中さんは言いました。\n"},
    {"thai", "วันนี้ที่ประชุมได้หารือเรื่องงบประมาณของไตรมาสหน้า ค่าใช้จ่ายเพิ่มขึ้นจึงต้องมีแผนใหม่\n"},
    {"hindi", "आज की बैठक में अगली तिमाही के बजट पर चर्चा हुई। लागत बढ़ गई है, इसलिए नई योजना चाहिए।\n"},
    {"russian",
     "Сегодня на совещании обсудили бюджет следующего квартала. Расходы выросли на 12 %, поэтому нужен новый план.\n"},
    {"korean", "오늘 회의에서는 다음 분기 예산을 논의했습니다. 비용이 늘어서 새로운 계획이 필요합니다.\n"},
};

void segment_text(benchmark::State& state, std::string_view sample) {
  std::string text;
  while (text.size() < 45000) text += sample;  // about 10,000 tokens of English
  const auto expected = pith::segment(text);
  if (!expected || expected->words.size() < text.size() / 20 || expected->sentences.empty()) {
    state.SkipWithError("segment() does not find the words any more");
    return;
  }
  for (auto _ : state) {
    auto document = pith::segment(text);
    benchmark::DoNotOptimize(document);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
  state.counters["words"] = static_cast<double>(expected->words.size());
}

const int kRegistered = [] {
  for (const Sample& sample : kSamples) {
    benchmark::RegisterBenchmark(("segment/" + std::string(sample.name)).c_str(), segment_text, sample.text);
  }
  return 0;
}();

}  // namespace
