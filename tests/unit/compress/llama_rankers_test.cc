// Rankings of the published library, recorded with SmolLM2.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "compress/rankers/make_ranker.h"
#include "model/load_causal_lm.h"
#include "support/golden_llmlingua2.h"
#include "support/gz_file.h"
#include "support/print_error.h"
#include "support/smollm2.h"

namespace pith {
namespace {

/// One call of the library's get_rank_results() over a request's contexts.
struct RecordedRanking {
  std::string id;
  std::string method;
  std::string question;
  std::vector<std::string> contexts{};
  std::vector<RankedContext> want{};
};

std::string text_of(const json::value& text) {
  if (const auto* file = text.if_object()) {
    return golden::read_bytes(golden::shared_golden_dir() + "/" + std::string(file->at("file").as_string()));
  }
  return std::string(text.as_string());
}

std::vector<RecordedRanking> recorded_rankings() {
  const std::string folder = golden::shared_golden_dir() + "/llmlingua";
  std::vector<RecordedRanking> rankings;
  if (!std::filesystem::exists(folder + "/trace.jsonl.gz")) return rankings;
  std::map<std::string, json::object> cases;
  for (json::object& c : golden::parse_lines(golden::read_bytes(folder + "/cases.jsonl"))) {
    cases.emplace(std::string(c.at("id").as_string()), std::move(c));
  }
  for (const json::object& trace : golden::parse_lines(read_gz(folder + "/trace.jsonl.gz"))) {
    const json::object& c = cases.at(std::string(trace.at("id").as_string()));
    const json::object& input = c.at("input").as_object();
    if (!input.contains("context") || !input.at("context").is_array() || !input.contains("question")) continue;
    for (const json::value& step : trace.at("trace").as_array()) {
      const json::object& call = step.as_object();
      if (call.at("call").as_string() != "rank") continue;
      RecordedRanking ranking{.id = std::string(c.at("id").as_string()),
                              .method = std::string(call.at("method").as_string()),
                              .question = text_of(input.at("question"))};
      for (const json::value& context : input.at("context").as_array()) ranking.contexts.push_back(text_of(context));
      for (const json::value& place : call.at("order").as_array()) {
        ranking.want.push_back({place.at(0).to_number<std::size_t>(), place.at(1).to_number<double>()});
      }
      if (ranking.want.size() == ranking.contexts.size()) rankings.push_back(std::move(ranking));
      break;  // later calls rank sentences
    }
  }
  return rankings;
}

TEST(RecordedRankings, Bm25AndGzipComeOutTheSame) {
  const auto rankings = recorded_rankings();
  if (rankings.empty()) GTEST_SKIP() << "set PITH_SHARED to the folder with golden/llmlingua";
  int n_compared = 0;
  for (const RecordedRanking& r : rankings) {
    if (r.method != "bm25" && r.method != "gzip") continue;
    const std::vector<std::string_view> contexts(r.contexts.begin(), r.contexts.end());
    const auto ranked = make_ranker(r.method, {.reference = true}).value()->rank(r.question, contexts).value();
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      EXPECT_EQ(ranked[i].context, r.want[i].context) << r.id << " " << r.method << " place " << i;
    }
    ++n_compared;
  }
  EXPECT_GE(n_compared, 5);
}

TEST(RecordedRankings, SurprisalOfContextsIsThatOfTheLibrary) {
  const auto rankings = recorded_rankings();
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  if (rankings.empty()) GTEST_SKIP() << "set PITH_SHARED to the folder with golden/llmlingua";
  const auto lm = load_causal_lm({.path = *path,
                                  .engine = ModelEngine::kLlama,
                                  .device = Device::kCpu,
                                  .n_threads = 1,
                                  .max_context_tokens = 2048});
  ASSERT_TRUE(lm) << lm.error().message;
  std::map<std::vector<std::string>, bool> seen;
  int n_compared = 0;
  for (const RecordedRanking& r : rankings) {
    if (r.method != "llmlingua" || seen[r.contexts] || n_compared == 1) continue;
    seen[r.contexts] = true;
    const std::vector<std::string_view> contexts(r.contexts.begin(), r.contexts.end());
    if (std::any_of(contexts.begin(), contexts.end(), [](std::string_view c) { return c.size() > 600; })) continue;
    const auto ranker =
        make_ranker(r.method, {.causal = lm->get(), .condition = rank_condition(r.method, "none").value()}).value();
    const auto ranked = ranker->rank(r.question, contexts);
    ASSERT_TRUE(ranked) << ranked.error().message;
    std::map<std::size_t, double> keys;
    for (const RankedContext& place : *ranked) keys[place.context] = place.key;
    // The library computes in float32, llama.cpp with activations in eight bits.
    for (const RankedContext& want : r.want) EXPECT_NEAR(keys[want.context], want.key, 0.06) << r.id;
    EXPECT_EQ(ranked->front().context, r.want.front().context) << r.id;
    ++n_compared;
  }
  EXPECT_EQ(n_compared, 1);
}

TEST(RecordedRankings, TheQuestionFindsItsAnswer) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  const auto lm = load_causal_lm({.path = *path,
                                  .engine = ModelEngine::kLlama,
                                  .device = Device::kCpu,
                                  .n_threads = 1,
                                  .max_context_tokens = 512});
  ASSERT_TRUE(lm) << lm.error().message;
  const std::vector<std::string_view> contexts{
      "Emperor penguins feed on fish, krill and squid, and dive to depths of 500 metres.",
      "The bakery opens at seven and sells rye bread until noon.",
      "Roald Amundsen's party reached the South Pole on 14 December 1911, five weeks before Scott's.", ""};
  const auto ranker =
      make_ranker("longllmlingua", {.causal = lm->get(), .condition = rank_condition("longllmlingua", "none").value()})
          .value();
  const auto ranked = ranker->rank("Who reached the South Pole first, Amundsen or Scott?", contexts).value();
  EXPECT_EQ(ranked.front().context, 2U);
  EXPECT_EQ(ranked.back().context, 3U);
}

}  // namespace
}  // namespace pith
