#include "compress/perplexity_scorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "compress/iterative_windows.h"
#include "compress/model_text.h"
#include "compress/prepare_request.h"
#include "compress/sentence_filter.h"
#include "support/fake_causal_lm.h"

namespace pith {
namespace {

/// A likelihood that depends on the token and its place alone: what was kept before plays no part.
float iid_nll(std::span<const TokenId> text, std::size_t i) {
  std::uint64_t x = (static_cast<std::uint64_t>(text[i]) + 1) * 0x9E3779B97F4A7C15U + i * 0xC2B2AE3D27D4EB4FU;
  x ^= x >> 31;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 29;
  return 8 * static_cast<float>(x >> 40) / static_cast<float>(1 << 24);
}

/// A word of rarely repeated letters.
std::string random_words(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) text += i % 12 == 0 ? ". " : " ";
    for (std::uint32_t k = 0; k < 1 + random() % 6; ++k) text += static_cast<char>('a' + random() % 26);
  }
  return text + ".";
}

struct Scored {
  Result<void> status;
  std::vector<PreparedContext> contexts;
};

/// What of a request the tests vary beside it.
struct Setting {
  FakeCausalOptions lm{};
  PerplexityOptions options{};
  double rate = 0.5;
  std::vector<double> rate_offsets{};
  std::vector<std::size_t> dropped{};
  ProgressCallback progress{};
};

/// `request` must outlive the result.
Scored run_on(const CompressRequest& request, const Setting& setting,
              std::shared_ptr<const FakeCausalLm> lm = nullptr) {
  std::vector<std::string> warnings;
  auto prepared = prepare_request(request, &warnings);
  EXPECT_TRUE(prepared.has_value());
  Scored run{{}, std::move(*prepared)};
  for (const std::size_t c : setting.dropped) run.contexts[c].is_dropped = true;
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < run.contexts.size(); ++c) {
    if (!run.contexts[c].is_dropped) order.push_back(c);
  }
  Timings timings;
  if (!lm) lm = std::make_shared<FakeCausalLm>(setting.lm);
  run.status = PerplexityScorer(lm, setting.options)
                   .score({request, run.contexts, order, setting.rate, setting.rate_offsets, setting.progress, timings,
                           warnings});
  return run;
}

CompressRequest request_of(std::vector<std::string> context) {
  CompressRequest request;
  request.method = "llmlingua";
  request.format = "text";
  request.context = std::move(context);
  return request;
}

void expect_lawful(const Scored& run) {
  ASSERT_TRUE(run.status.has_value()) << run.status.error().message;
  for (const PreparedContext& context : run.contexts) {
    if (context.is_dropped) continue;
    ASSERT_EQ(context.scores.size(), context.n_words());
    for (const float score : context.scores) {
      ASSERT_TRUE(std::isfinite(score));
      ASSERT_GE(score, 0);
      ASSERT_LE(score, 1);
    }
  }
}

std::vector<float> all_scores(const Scored& run) {
  std::vector<float> all;
  for (const PreparedContext& context : run.contexts)
    all.insert(all.end(), context.scores.begin(), context.scores.end());
  return all;
}

/// Share of scores[begin, end) among the better half of all.
double share_above_median(std::span<const float> scores, std::size_t begin, std::size_t end) {
  std::vector<float> sorted(scores.begin(), scores.end());
  std::ranges::sort(sorted);
  const float median = sorted[sorted.size() / 2];
  const auto part = scores.subspan(begin, end - begin);
  return static_cast<double>(std::ranges::count_if(part, [&](float s) { return s >= median; })) /
         static_cast<double>(part.size());
}

TEST(PerplexityScorer, GivesEveryWordOfAnyTextAScoreInTheUnitInterval) {
  const std::vector<std::vector<std::string>> cases = {
      {""},
      {"", ""},
      {"a"},
      {" \n\n "},
      {"a", "", "b"},
      {"one two three"},
      {"Grüße aus Köln – 東京は日本の首都です。🙂🙂"},
      {"\xFF\xFE broken \xC3 bytes \xE6\x9D"},
      {std::string(3000, 'x')},
      {random_words(700, 1), "x", random_words(3, 2)},
  };
  for (const auto& context : cases) {
    for (const bool has_bos : {false, true}) {
      for (const char* question : {"", "where is it?"}) {
        CompressRequest request = request_of(context);
        request.question = question;
        request.condition_compare = true;
        Setting setting;
        setting.lm.has_bos = has_bos;
        setting.lm.max_context_tokens = 200;
        expect_lawful(run_on(request, setting));
      }
    }
  }
}

TEST(PerplexityScorer, IsDeterministicToTheBit) {
  CompressRequest request = request_of({random_words(900, 3), random_words(400, 4)});
  request.question = "what?";
  for (const char* method : {"llmlingua", "longllmlingua"}) {
    request.method = method;
    EXPECT_EQ(all_scores(run_on(request, {})), all_scores(run_on(request, {})));
  }
}

TEST(PerplexityScorer, KeepsAsMuchOfTheHeadAsOfTheTail) {
  const CompressRequest request = request_of({random_words(6000, 5)});
  Setting setting;
  setting.lm.nll = iid_nll;
  for (const double rate : {0.2, 0.5, 0.8}) {
    setting.rate = rate;
    const Scored run = run_on(request, setting);
    expect_lawful(run);
    const auto scores = all_scores(run);
    const std::size_t n = scores.size();
    EXPECT_NEAR(share_above_median(scores, 0, n / 8), 0.5, 0.05);
    EXPECT_NEAR(share_above_median(scores, n - n / 8, n), 0.5, 0.05);
  }
}

TEST(PerplexityScorer, DoesNotMistakeAHeadWithoutContextForInformation) {
  const CompressRequest request = request_of({random_words(4000, 6)});
  Setting setting;
  // Everything surprises more while little was read.
  setting.lm.nll = [](std::span<const TokenId> text, std::size_t i) {
    return iid_nll(text, i) + (i < 150 ? 1.0F : 0.0F);
  };
  const auto scores = all_scores(run_on(request, setting));
  EXPECT_NEAR(share_above_median(scores, 0, 90), 0.5, 0.14);
}

TEST(PerplexityScorer, KeepsMoreOfADensePassageThanOfAnEmptyOne) {
  std::string dense;
  std::string empty;
  for (int i = 0; i < 600; ++i) {
    dense += "xq zv kj ";
    empty += "of to in ";
  }
  const CompressRequest request = request_of({empty, dense});
  Setting setting;
  setting.lm.nll = [](std::span<const TokenId> text, std::size_t i) {
    static const FakeCausalTokenizer tokenizer;
    static const TokenId rare[] = {tokenizer.id_of(" xq"), tokenizer.id_of(" zv"), tokenizer.id_of(" kj")};
    return iid_nll(text, i) + (std::ranges::find(rare, text[i]) != std::end(rare) ? 3.0F : 0.0F);
  };
  const auto scores = all_scores(run_on(request, setting));
  const double of_empty = share_above_median(scores, 0, 1800);
  const double of_dense = share_above_median(scores, 1800, 3600);
  EXPECT_GT(of_dense, of_empty + 0.15);
  EXPECT_GT(of_empty, 0.1);
}

TEST(PerplexityScorer, JudgesATokenByItsOwnLikelihood) {
  const CompressRequest request = request_of({"aa bb cc dd zz ee ff gg hh"});
  Setting setting;
  const TokenId marked = FakeCausalTokenizer().id_of(" zz");
  setting.lm.nll = [marked](std::span<const TokenId> text, std::size_t i) { return text[i] == marked ? 7.0F : 1.0F; };
  const Scored run = run_on(request, setting);
  const auto& scores = run.contexts[0].scores;
  EXPECT_EQ(std::ranges::max_element(scores) - scores.begin(), 4);
}

TEST(PerplexityScorer, AddsWhatAWordsTokensSayUpToEight) {
  const CompressRequest request =
      request_of({"aa " + std::string(18, 'b') + " ccddee " + std::string(300, 'x') + " ff"});
  Setting setting;
  setting.lm.nll = [](std::span<const TokenId>, std::size_t) { return 1.0F; };
  std::vector<std::string> warnings;
  const auto contexts = prepare_request(request, &warnings);
  const std::vector<std::size_t> order = {0};
  const FakeCausalLm lm(setting.lm);
  const ModelText text = make_model_text(*contexts, order, lm.tokenizer());
  const std::vector<float> share(text.n_words(), 0.5F);
  const std::vector<std::uint8_t> forced(text.n_words(), 0);
  const auto scores = read_iteratively(lm, {text, {}, share, forced}, {}, {});
  ASSERT_TRUE(scores.has_value());
  EXPECT_EQ(scores->n_tokens[1], 9U);
  EXPECT_FLOAT_EQ(scores->surprise[0], 1);
  EXPECT_FLOAT_EQ(scores->surprise[1], 8);
  EXPECT_FLOAT_EQ(scores->surprise[2], static_cast<float>(scores->n_tokens[2]));
  EXPECT_GT(scores->n_tokens[3], 100U);
  EXPECT_FLOAT_EQ(scores->surprise[3], 8);
}

TEST(PerplexityScorer, CountsAFirstTokenWithoutLikelihoodAsMiddling) {
  const CompressRequest request = request_of({random_words(300, 8)});
  const auto scores = all_scores(run_on(request, {}));
  EXPECT_GT(scores.front(), 0.2F);
  EXPECT_LT(scores.front(), 0.8F);
}

TEST(PerplexityScorer, JudgesTextsOfAWindowOrLess) {
  const CompressRequest request = request_of({random_words(40, 9)});
  const auto scores = all_scores(run_on(request, {}));
  EXPECT_LT(*std::ranges::min_element(scores), 0.1F);
  EXPECT_GT(*std::ranges::max_element(scores), 0.9F);
}

TEST(PerplexityScorer, ReadsLongTextsInLinearTimeWithASmallContext) {
  const std::string text = random_words(12'000, 10);
  for (const std::size_t n_context : std::initializer_list<std::size_t>{200, 1000, 100000}) {
    const CompressRequest request = request_of({text});
    const auto lm = std::make_shared<FakeCausalLm>(FakeCausalOptions{.max_context_tokens = n_context});
    Encoding encoding;
    lm->tokenizer().encode(text, &encoding);
    ASSERT_GT(encoding.n_tokens(), 20'000U);
    const Scored run = run_on(request, {}, lm);
    expect_lawful(run);
    EXPECT_LT(lm->n_read_tokens(), encoding.n_tokens() * 17 / 10);
    const auto scores = all_scores(run);
    EXPECT_NEAR(share_above_median(scores, scores.size() - 1000, scores.size()), 0.5, 0.1);
  }
}

TEST(PerplexityScorer, RefusesAModelWithNoRoomAndLivesWithHardlyAny) {
  const CompressRequest request = request_of({random_words(50, 11)});
  for (const std::size_t n_context : std::initializer_list<std::size_t>{0, 1}) {
    Setting setting;
    setting.lm.max_context_tokens = n_context;
    const Scored run = run_on(request, setting);
    ASSERT_FALSE(run.status.has_value());
    EXPECT_EQ(run.status.error().code, ErrorCode::kInvalidArgument);
  }
  for (const std::size_t n_context : std::initializer_list<std::size_t>{2, 3, 5, 8, 13, 64, 70}) {
    Setting setting;
    setting.lm.max_context_tokens = n_context;
    expect_lawful(run_on(request, setting));
  }
}

TEST(PerplexityScorer, TakesAQuestionLongerThanTheModelsContext) {
  CompressRequest request = request_of({random_words(300, 12)});
  request.method = "longllmlingua";
  request.question = random_words(500, 13);
  Setting setting;
  setting.lm.max_context_tokens = 150;
  setting.lm.has_bos = true;
  expect_lawful(run_on(request, setting));
}

TEST(PerplexityScorer, LeavesDroppedContextsAlone) {
  const CompressRequest request = request_of({random_words(30, 14), random_words(30, 15), random_words(30, 16)});
  Setting setting;
  setting.dropped = {1};
  const Scored run = run_on(request, setting);
  expect_lawful(run);
  EXPECT_TRUE(run.contexts[1].scores.empty());
  const CompressRequest without = request_of({request.context[0], request.context[2]});
  const Scored other = run_on(without, {});
  EXPECT_EQ(run.contexts[0].scores, other.contexts[0].scores);
  EXPECT_EQ(run.contexts[2].scores, other.contexts[1].scores);
}

TEST(PerplexityScorer, ReadsTheContextsInTheOrderOfTheResult) {
  CompressRequest request = request_of({random_words(60, 17), random_words(60, 18)});
  std::vector<std::string> warnings;
  auto contexts = prepare_request(request, &warnings);
  const std::vector<std::size_t> order = {1, 0};
  Timings timings;
  const ProgressCallback none;
  const PerplexityScorer scorer(std::make_shared<FakeCausalLm>());
  ASSERT_TRUE(scorer.score({request, *contexts, order, 0.5, {}, none, timings, warnings}).has_value());
  const CompressRequest swapped = request_of({request.context[1], request.context[0]});
  const Scored run = run_on(swapped, {});
  EXPECT_EQ((*contexts)[0].scores, run.contexts[1].scores);
  EXPECT_EQ((*contexts)[1].scores, run.contexts[0].scores);
}

TEST(PerplexityScorer, GivesAContextWithAnOffsetSoMuchMore) {
  const CompressRequest request = request_of({random_words(2000, 19), random_words(2000, 20)});
  Setting setting;
  setting.lm.nll = iid_nll;
  setting.rate_offsets = {0.2, -0.2};
  const Scored run = run_on(request, setting);
  expect_lawful(run);
  const auto scores = all_scores(run);
  const std::size_t n_first = run.contexts[0].n_words();
  EXPECT_NEAR(share_above_median(scores, 0, n_first), 0.7, 0.05);
  EXPECT_NEAR(share_above_median(scores, n_first, scores.size()), 0.3, 0.05);
  EXPECT_TRUE(PerplexityScorer(std::make_shared<FakeCausalLm>()).heeds_rate_offsets());
}

/// The likelihood of a token falls by five where the same token was remembered before it.
float repeated_nll(std::span<const TokenId> text, std::size_t i) {
  const auto before = text.first(i);
  return std::ranges::find(before, text[i]) != before.end() ? 1.0F : 6.0F;
}

TEST(PerplexityScorer, PrefersWhatTheQuestionExplains) {
  CompressRequest request = request_of({"aa bb cc dd zz ee ff gg hh"});
  request.method = "longllmlingua";
  request.question = "so zz so";
  Setting setting;
  setting.lm.nll = repeated_nll;
  const Scored contrast = run_on(request, setting);
  const auto& scores = contrast.contexts[0].scores;
  EXPECT_EQ(std::ranges::max_element(scores) - scores.begin(), 4);
  request.method = "llmlingua";
  request.condition_in_question = "none_condition";
  const Scored conditioned = run_on(request, setting);
  const auto& other = conditioned.contexts[0].scores;
  EXPECT_EQ(std::ranges::min_element(other) - other.begin(), 4);
}

TEST(PerplexityScorer, PutsTheInstructionBesideTheQuestionIfAsked) {
  CompressRequest request = request_of({"aa bb cc dd zz ee ff gg hh"});
  request.method = "longllmlingua";
  request.question = "so";
  request.instruction = "so zz so";
  request.add_instruction = true;
  Setting setting;
  setting.lm.nll = repeated_nll;
  const Scored run = run_on(request, setting);
  const auto& scores = run.contexts[0].scores;
  EXPECT_EQ(std::ranges::max_element(scores) - scores.begin(), 4);
}

TEST(PerplexityScorer, KeepsTheQuestionInMindThroughALongText) {
  std::string text = random_words(3000, 21);
  std::ranges::replace(text, 'q', 'p');
  text += " qq.";
  CompressRequest request = request_of({text});
  request.method = "longllmlingua";
  request.question = "so qq so";
  Setting setting;
  setting.lm.max_context_tokens = 400;
  const TokenId marked = FakeCausalTokenizer().id_of(" qq");
  setting.lm.nll = [marked](std::span<const TokenId> all, std::size_t i) {
    return all[i] == marked ? repeated_nll(all, i) : 2.0F;
  };
  const Scored run = run_on(request, setting);
  const auto& scores = run.contexts[0].scores;
  EXPECT_EQ(std::ranges::max_element(scores) - scores.begin(), std::ssize(scores) - 2);
}

TEST(PerplexityScorer, ConditionsLaterWindowsOnForcedWords) {
  CompressRequest request = request_of({"aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo aa zz yy"});
  request.iterative_size = 9;
  Setting setting;
  setting.rate = 0.01;
  setting.lm.nll = repeated_nll;
  std::vector<std::string> warnings;
  auto contexts = prepare_request(request, &warnings);
  PreparedContext& context = (*contexts)[0];
  const std::vector<std::size_t> order = {0};
  Timings timings;
  const ProgressCallback none;
  const PerplexityScorer scorer(std::make_shared<FakeCausalLm>(setting.lm));
  const auto score_of_second_aa = [&] {
    EXPECT_TRUE(scorer.score({request, *contexts, order, 0.01, {}, none, timings, warnings}).has_value());
    return context.scores[15];
  };
  context.forced.assign(context.n_words(), 0);
  const float unforced = score_of_second_aa();
  context.forced[0] = 1;
  // The text's first token has no space in front: another token. The one that comes back is forced as well.
  context.forced[1] = 1;
  const float same = score_of_second_aa();
  EXPECT_EQ(unforced, same);
  context.text = "xx aa cc dd ee ff gg hh ii jj kk ll mm nn oo aa zz yy";
  context.forced.assign(context.n_words(), 0);
  const float fresh = score_of_second_aa();
  context.forced[1] = 1;
  EXPECT_LT(score_of_second_aa(), fresh);
}

TEST(PerplexityScorer, CanBeCancelledAndReportsTokensInOrder) {
  const CompressRequest request = request_of({random_words(2000, 22)});
  Setting setting;
  std::vector<std::size_t> done;
  std::size_t total = 0;
  setting.progress = [&](std::size_t n_done, std::size_t n_total) {
    done.push_back(n_done);
    total = n_total;
    return true;
  };
  expect_lawful(run_on(request, setting));
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_EQ(done.back(), total);
  setting.progress = [](std::size_t n_done, std::size_t) { return n_done < 1000; };
  const Scored run = run_on(request, setting);
  ASSERT_FALSE(run.status.has_value());
  EXPECT_EQ(run.status.error().code, ErrorCode::kCancelled);
}

TEST(PerplexityScorer, ReadsTheProseOfAStructuredTextAlone) {
  CompressRequest request =
      request_of({"# Title here\n\nSome prose to read, and more.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
                  R"({"key": "A sentence that is read.", "n": [1, 2, 3]})"});
  request.format = "auto";
  for (const bool filters : {false, true}) {
    request.use_sentence_level_filter = filters;
    const Scored run = run_on(request, {});
    expect_lawful(run);
    EXPECT_GT(*std::ranges::max_element(run.contexts[0].scores), 0.5F);
  }
}

TEST(PerplexityScorer, PutsTheWordsOfLeavingSentencesBelowAllOthers) {
  std::string dull;
  std::string rich;
  for (int i = 0; i < 8; ++i) dull += "of to in of to in of to in.\n\n";
  for (int i = 0; i < 8; ++i) rich += "xq zv kj xq zv kj xq zv kj.\n\n";
  CompressRequest request = request_of({dull + rich});
  request.use_sentence_level_filter = true;
  request.token_budget_ratio = 1.0;
  Setting setting;
  setting.lm.nll = [](std::span<const TokenId> text, std::size_t i) {
    static const FakeCausalTokenizer tokenizer;
    static const TokenId dull_ones[] = {tokenizer.id_of(" of"), tokenizer.id_of(" to"), tokenizer.id_of(" in")};
    return iid_nll(text, i) + (std::ranges::find(dull_ones, text[i]) != std::end(dull_ones) ? 0.0F : 8.0F);
  };
  const Scored run = run_on(request, setting);
  expect_lawful(run);
  const auto& scores = run.contexts[0].scores;
  const auto middle = scores.begin() + std::ssize(scores) / 2;
  EXPECT_LT(*std::max_element(scores.begin(), middle), *std::min_element(middle, scores.end()));
  request.keep_first_sentence = 1;
  const Scored bonus = run_on(request, setting);
  const auto& with_bonus = bonus.contexts[0].scores;
  EXPECT_TRUE(std::all_of(with_bonus.begin(), with_bonus.begin() + 10, [](float s) { return s >= 0.5F; }));
  EXPECT_TRUE(std::all_of(with_bonus.begin() + 10, with_bonus.begin() + 20, [](float s) { return s < 0.5F; }));
}

TEST(SentenceFilter, GivesTheBonusesInEveryContext) {
  CompressRequest request = request_of({"One a. Two b. Three c. Four d.", "Five e. Six f. Seven g. Eight h."});
  request.token_budget_ratio = 1;
  std::vector<std::string> warnings;
  const auto contexts = prepare_request(request, &warnings);
  const std::vector<std::vector<float>> surprise = {{1, 1, 1, 2, 2, 2, 9, 9, 9, 4, 4, 4},
                                                    {5, 5, 5, 3, 3, 3, 7, 7, 7, 6, 6, 6}};
  const std::vector<std::uint32_t> n_tokens(12, 1);
  const auto stays = [&](double rate) {
    const std::vector<SentenceInput> inputs = {{(*contexts)[0], surprise[0], n_tokens},
                                               {(*contexts)[1], surprise[1], n_tokens}};
    std::string shape;
    for (const auto& flags : filter_sentences(inputs, request, rate)) {
      for (std::size_t s = 0; s < 4; ++s) shape += flags[3 * s] != 0 ? 'x' : '.';
    }
    return shape;
  };
  EXPECT_EQ(stays(0.25), "..x...x.");
  EXPECT_EQ(stays(1), "xxxxxxxx");
  request.keep_first_sentence = 1;
  EXPECT_EQ(stays(0.25), "x...x...");
  request.keep_first_sentence = 0;
  request.keep_last_sentence = 1;
  EXPECT_EQ(stays(0.25), "...x...x");
  request.keep_last_sentence = 0;
  request.keep_sentence_number = 2;
  EXPECT_EQ(stays(0.5), "..xx..xx");
  request.keep_sentence_number = 1'000'000'000'000;
  EXPECT_EQ(stays(0.25), "..x...x.");
  EXPECT_EQ(stays(0.26), "..x...xx") << "the sentence that passes the budget stays";
}

TEST(ModelText, CountsATokenForEveryWordItTouches) {
  CompressRequest request = request_of({"ab 東 c", "", "d"});
  std::vector<std::string> warnings;
  const auto contexts = prepare_request(request, &warnings);
  const std::vector<std::size_t> order = {0, 1, 2};
  const ModelText text = make_model_text(*contexts, order, FakeCausalTokenizer());
  EXPECT_EQ(text.words_begin, (std::vector<std::uint32_t>{0, 3, 3, 4}));
  std::vector<std::size_t> n_tokens(4, 0);
  for (std::size_t t = 0; t < text.n_tokens(); ++t) {
    for (std::size_t w = text.first_word[t]; w < text.end_word[t]; ++w) ++n_tokens[w];
  }
  EXPECT_EQ(n_tokens, (std::vector<std::size_t>{1, 3, 1, 1}));
}

TEST(Quantiles, AreMidRanks) {
  const std::vector<float> values = {3, 1, 3, 2};
  EXPECT_EQ(quantiles_of(values), (std::vector<float>{0.75F, 0.125F, 0.75F, 0.375F}));
  EXPECT_TRUE(quantiles_of({}).empty());
}

}  // namespace
}  // namespace pith
