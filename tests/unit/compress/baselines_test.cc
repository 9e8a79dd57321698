#include "compress/baselines/baselines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "compress/baselines/characteristic_terms.h"
#include "compress/baselines/pages.h"
#include "compress/baselines/sentence_scorers.h"
#include "compress/baselines/stop_words.h"
#include "support/fake_embedder.h"
#include "support/random_prose.h"
#include "support/scoring.h"

namespace pith {
namespace {

using testing::check_scores;
using testing::Scoring;

constexpr std::string_view kNames[] = {"head", "tail", "ends", "random", "stop_words", "bm25", "tf_idf", "pages"};

/// 40 sentences about nothing, one of them about the pole.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += i == 22 ? "Amundsen was the first man at the southern pole in the winter of that year. "
                    : "The river ran slowly through fields of grain while cattle were grazing nearby. ";
  }
  return text;
}

std::string prose(unsigned seed, std::size_t n_words) {
  constexpr std::string_view kWords[] = {"the",  "pole", "was",      "reached",          "in",
                                         "1911", "by",   "Amundsen", "\xC3\xA9t\xC3\xA9"};
  std::mt19937 random(seed);
  return testing::random_prose(kWords, n_words, random);
}

void score(std::string_view method, Scoring& scoring, const TextEmbedder* embedder = nullptr) {
  const auto scorer = make_baseline(method, {embedder});
  ASSERT_TRUE(scorer);
  ASSERT_TRUE((*scorer)->score({scoring.request,
                                scoring.contexts,
                                scoring.order,
                                scoring.rate,
                                {},
                                scoring.progress,
                                scoring.timings,
                                scoring.warnings}));
  check_scores(scoring);
}

TEST(Baselines, AreKnownByName) {
  for (const std::string_view name : kNames) {
    EXPECT_TRUE(is_baseline(name));
    EXPECT_TRUE(make_baseline(name)) << name;
  }
  EXPECT_FALSE(is_baseline("llmlingua2"));
  EXPECT_EQ(make_baseline("heads").error().code, ErrorCode::kInvalidArgument);
}

TEST(Baselines, TruncationKeepsWhatItSays) {
  const std::vector<std::pair<std::string_view, std::string>> cases{
      {"head", "one two three"}, {"tail", "six seven eight"}, {"ends", "one two eight"}};
  for (const auto& [method, expected] : cases) {
    Scoring scoring({"one two three four", "five six seven eight"});
    score(method, scoring);
    EXPECT_EQ(scoring.best(3), expected);
    EXPECT_FALSE(make_baseline(method).value()->wants_linguistic_rules());
  }
}

TEST(Baselines, TruncationFollowsTheOrderOfTheResultAndSkipsDroppedContexts) {
  Scoring scoring({"one two", "gone", "five six"});
  scoring.contexts[1].is_dropped = true;
  scoring.order = {2, 0};
  score("head", scoring);
  EXPECT_EQ(scoring.best(3), "one five six");
  EXPECT_TRUE(scoring.contexts[1].scores.empty());
}

TEST(Baselines, RandomDependsOnSeedAndPlaceAlone) {
  Scoring a({"one two three", "four five six"});
  Scoring b({"one two three seven", "four five six"});
  Scoring other({"one two three", "four five six"});
  other.request.seed = 1;
  b.rate = 0.1;
  for (Scoring* scoring : {&a, &b, &other}) score("random", *scoring);
  EXPECT_EQ(a.contexts[1].scores, b.contexts[1].scores);
  EXPECT_TRUE(std::equal(a.contexts[0].scores.begin(), a.contexts[0].scores.end(), b.contexts[0].scores.begin()));
  EXPECT_NE(a.contexts[0].scores, other.contexts[0].scores);

  Scoring many({prose(3, 20'000)});
  score("random", many);
  double sum = 0;
  for (const float s : many.contexts[0].scores) sum += static_cast<double>(s);
  EXPECT_NEAR(sum / static_cast<double>(many.contexts[0].n_words()), 0.5, 0.02);
}

TEST(Baselines, StopWordsGoFirst) {
  Scoring scoring({"The cat didn't sit on the red mat of Rome"});
  score("stop_words", scoring);
  EXPECT_EQ(scoring.best(5), "cat sit red mat Rome");
  EXPECT_EQ(scoring.best(6), "The cat sit red mat Rome");
  EXPECT_EQ(scoring.best(4), "cat sit red mat");
  for (const std::string_view word : {"The", "don\xE2\x80\x99t", "can't", "they'll", "YOU", "it's"}) {
    EXPECT_TRUE(is_stop_word(word)) << word;
  }
  for (const std::string_view word : {"Rome", "", "cat's", "n't", "\xFF", "."})
    EXPECT_FALSE(is_stop_word(word)) << word;
}

TEST(Baselines, SentencesAreUnitsAndTheOneThatFitsTheQuestionStays) {
  for (const std::string_view method : {"bm25", "tf_idf"}) {
    Scoring scoring({"Cattle graze. Amundsen reached the pole first. Grain grows.", "Rivers run to the sea."});
    scoring.request.question = "Who reached the pole?";
    score(method, scoring);
    EXPECT_EQ(scoring.units(0),
              (std::vector<std::string>{"Cattle graze.", "Amundsen reached the pole first.", "Grain grows."}));
    EXPECT_EQ(scoring.best(6), "Amundsen reached the pole first .") << method;
  }
}

TEST(Baselines, WithoutAQuestionWhatTheTextIsAboutStays) {
  for (const std::string_view method : {"bm25", "tf_idf"}) {
    Scoring scoring(
        {"Weather was fine. The expedition left. The expedition reached the pole. The pole was cold. "
         "Penguins ate. The expedition to the pole went home."});
    score(method, scoring);
    const std::string best = scoring.best(14);
    EXPECT_NE(best.find("expedition to the pole"), std::string::npos) << method << ": " << best;
    EXPECT_EQ(best.find("Penguins"), std::string::npos) << method << ": " << best;
  }
  const std::vector<std::string_view> passages{"The pole. A pole!", "the sea", "poles and seas and ships"};
  EXPECT_EQ(characteristic_terms(passages, 2), "pole. sea");
  EXPECT_EQ(characteristic_terms({}), "");
}

TEST(Baselines, CosinesAreThoseOfTheFormula) {
  const std::vector<std::string_view> passages{"pole pole sea", "sea", "of the", ""};
  const double sea = std::log(1 + 4.0 / 2);
  const double pole = (1 + std::log(2)) * std::log(1 + 4.0);
  const auto values = tf_idf_cosines("the sea", passages);
  ASSERT_EQ(values.size(), 4U);
  EXPECT_NEAR(values[0], sea / std::hypot(sea, pole), 1e-12);
  EXPECT_NEAR(values[1], 1, 1e-12);
  EXPECT_EQ(values[2], 0);
  EXPECT_EQ(values[3], 0);
}

TEST(Baselines, PagesEndWithSentencesAndHaveAboutTheirSize) {
  Scoring scoring({long_text(), "One more text. It is short."});
  std::vector<TextUnit> units = sentence_units({scoring.request,
                                                scoring.contexts,
                                                scoring.order,
                                                scoring.rate,
                                                {},
                                                scoring.progress,
                                                scoring.timings,
                                                scoring.warnings});
  const std::size_t n_sentences = units.size();
  const auto pages = make_pages({scoring.request,
                                 scoring.contexts,
                                 scoring.order,
                                 scoring.rate,
                                 {},
                                 scoring.progress,
                                 scoring.timings,
                                 scoring.warnings},
                                &units);
  EXPECT_EQ(units.size(), n_sentences);  // none of them was cut
  ASSERT_EQ(pages.size(), 11U);
  for (std::size_t p = 0; p + 2 < pages.size(); ++p) EXPECT_EQ(pages[p].end_unit - pages[p].first_unit, 4U) << p;
  EXPECT_EQ(pages.back().end_unit, units.size());
}

TEST(Baselines, AnEndlessSentenceIsCutIntoPages) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word ";
  Scoring scoring({text});
  score("pages", scoring);
  EXPECT_EQ(scoring.units(0).size(), 16U);
}

TEST(Baselines, PagesKeepWhatFitsTheQuestion) {
  const FakeEmbedder embedder({{"south", "southern"}, {"explorer", "amundsen"}});
  for (const TextEmbedder* given :
       {static_cast<const TextEmbedder*>(nullptr), static_cast<const TextEmbedder*>(&embedder)}) {
    Scoring scoring({long_text()});
    scoring.rate = 0.2;
    scoring.request.question = given == nullptr ? "Who reached the pole?" : "Which explorer went south?";
    score("pages", scoring, given);
    EXPECT_NE(scoring.best(70).find("Amundsen"), std::string::npos);
    EXPECT_EQ(scoring.units(0).size(), 40U);
  }
}

TEST(Baselines, FirstAndLastPagesStayWhereTheBudgetHasRoomForOthers) {
  Scoring scoring({long_text()});
  scoring.rate = 1;
  scoring.request.question = "pole";
  score("pages", scoring);
  const std::vector<float>& scores = scoring.contexts[0].scores;
  const float least_of_ends = std::min(scores.front(), scores.back());
  EXPECT_EQ(std::ranges::count_if(scores, [&](float s) { return s >= least_of_ends; }) < 150, true);
}

TEST(Baselines, AnEmbedderThatFailsIsReported) {
  const FakeEmbedder embedder;
  Scoring scoring({long_text()});
  scoring.progress = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ(scoring.run(*make_baseline("pages", {&embedder}).value()).error().code, ErrorCode::kCancelled);
}

TEST(Baselines, KeepTheirPromisesOnAnyTextAndTwiceTheSame) {
  const FakeEmbedder embedder;
  const std::vector<std::vector<std::string>> inputs{
      {""},
      {" \n ", "a", ""},
      {"\xFF\xFE. \x80!", "\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82\xE5\x86\x8D\xE8\xA7\x81\xE3\x80\x82"},
      {"{\"a\": [1, 2, {\"b\": \"some words here. And more.\"}]}", "# Title\n\n- one\n- two\n\nText. More text."},
      {prose(5, 3000), prose(6, 500)}};
  for (const std::string_view method : kNames) {
    for (const auto& texts : inputs) {
      for (const Format format : {Format::kText, Format::kAuto}) {
        Scoring first(texts, format);
        Scoring second(texts, format);
        score(method, first, &embedder);
        score(method, second, &embedder);
        for (std::size_t c = 0; c < texts.size(); ++c) EXPECT_EQ(first.contexts[c].scores, second.contexts[c].scores);
      }
    }
  }
}

}  // namespace
}  // namespace pith
