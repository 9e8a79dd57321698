#include "compress/selective_scorer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/fake_causal_lm.h"
#include "support/random_prose.h"
#include "support/scoring.h"

namespace pith {
namespace {

using testing::check_scores;
using testing::Scoring;
using Strings = std::vector<std::string>;

/// A model to which a token is as surprising as its longest letter is late: a..z are 1..26 nats.
FakeCausalLm alphabet(std::size_t max_context_tokens = 4096, bool has_bos = true) {
  FakeCausalOptions options{.max_context_tokens = max_context_tokens, .has_bos = has_bos};
  options.nll = [tokenizer = options.tokenizer](std::span<const TokenId> text, std::size_t i) {
    float most = 0;
    for (const char c : tokenizer->piece(text[i])) {
      if (c >= 'a' && c <= 'z') most = std::max(most, static_cast<float>(c - 'a' + 1));
    }
    return most;
  };
  return FakeCausalLm(std::move(options));
}

TEST(SelectiveScorer, WhatSurprisesMostScoresHighest) {
  const FakeCausalLm model = alphabet();
  Scoring scoring({"ab zz cd. ee xx", "yy"});
  scoring.request.reduce_level = "token";
  ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
  check_scores(scoring);
  EXPECT_EQ(scoring.best(1), "zz");
  EXPECT_EQ(scoring.best(3), "zz xx yy");
  EXPECT_TRUE(scoring.contexts[0].unit_of_word.empty());
}

TEST(SelectiveScorer, UnitsAreThoseOfTheLevel) {
  const FakeCausalLm model = alphabet();
  const std::string text = "The red mat of Rome, on it. It was big.";
  const std::vector<std::pair<std::string, Strings>> cases{
      {"phrase", {"The", "red mat", "of", "Rome", ",", "on", "it", ".", "It", "was", "big", "."}},
      {"sentence", {"The red mat of Rome, on it.", "It was big."}},
      {"sent", {"The red mat of Rome, on it.", "It was big."}}};
  for (const auto& [level, expected] : cases) {
    Scoring scoring({text});
    scoring.request.reduce_level = level;
    ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
    check_scores(scoring);
    EXPECT_EQ(scoring.units(0), expected);
  }
  Scoring scoring({text});
  scoring.request.reduce_level = "word";
  EXPECT_EQ(scoring.run(SelectiveScorer(model)).error().code, ErrorCode::kInvalidArgument);
}

TEST(SelectiveScorer, AUnitCountsByTheMeanOfItsTokensNotTheirSum) {
  const FakeCausalLm model = alphabet();
  Scoring scoring({"zz. mm mm mm mm mm mm mm mm mm."});
  scoring.request.reduce_level = "sentence";
  ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
  EXPECT_EQ(scoring.best(2), "zz .");
}

TEST(SelectiveScorer, LongRunsOfContentAreCut) {
  const FakeCausalLm model = alphabet();
  Scoring scoring({"aa bb cc dd ee ff gg hh"});
  ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
  EXPECT_EQ(scoring.units(0), (Strings{"aa bb cc dd ee ff", "gg hh"}));
}

TEST(SelectiveScorer, ASentenceIsReadByItself) {
  const FakeCausalLm model;
  Scoring alone({"Beta gamma delta."});
  Scoring after({"Alpha omega. Beta gamma delta."});
  for (Scoring* scoring : {&alone, &after}) {
    scoring->request.reduce_level = "token";
    ASSERT_TRUE(scoring->run(SelectiveScorer(model)));
  }
  const auto order = [](const Scoring& scoring, std::size_t first) {
    std::vector<std::size_t> words{first, first + 1, first + 2, first + 3};
    std::ranges::stable_sort(words, std::ranges::greater(),
                             [&](std::size_t w) { return scoring.contexts[0].scores[w]; });
    for (std::size_t& w : words) w -= first;
    return words;
  };
  EXPECT_EQ(order(alone, 0), order(after, 3));
}

TEST(SelectiveScorer, SentencesLongerThanTheModelsContextAreReadInPieces) {
  for (const bool has_bos : {false, true}) {
    const FakeCausalLm model = alphabet(8, has_bos);
    std::string text;
    for (int i = 0; i < 300; ++i) text += i == 200 ? "zz " : "aa ";
    Scoring scoring({text});
    scoring.request.reduce_level = "token";
    ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
    check_scores(scoring);
    EXPECT_EQ(scoring.best(1), "zz");
  }
}

TEST(SelectiveScorer, DroppedContextsAreNotReadAndCancellingIsReported) {
  const FakeCausalLm model = alphabet();
  Scoring scoring({"aa", "bb", "cc"});
  scoring.contexts[1].is_dropped = true;
  scoring.order = {2, 0};
  ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
  check_scores(scoring);
  EXPECT_TRUE(scoring.contexts[1].scores.empty());
  EXPECT_EQ(model.n_read_tokens(), 4U);
  scoring.progress = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ(scoring.run(SelectiveScorer(model)).error().code, ErrorCode::kCancelled);
}

TEST(SelectiveScorer, KeepsItsPromisesOnAnyText) {
  const FakeCausalLm model({.max_context_tokens = 16});
  std::mt19937 random(4);
  constexpr std::string_view kWords[] = {
      "the", "pole", "didn't", "1911", "\xC3\xA9t\xC3\xA9", "\xFF\xFE", "\xE4\xBD\xA0\xE5\xA5\xBD"};
  std::vector<std::vector<std::string>> inputs{
      {""}, {" ", "a"}, {"{\"a\": [1, {\"b\": \"some words. More.\"}]}", "# T\n\n- one\n- two\n\n```\nx = 1\n```\n"}};
  for (int i = 0; i < 20; ++i) inputs.push_back({testing::random_prose(kWords, 60, random)});
  for (const auto& texts : inputs) {
    for (const std::string level : {"token", "phrase", "sentence"}) {
      for (const Format format : {Format::kText, Format::kAuto}) {
        Scoring scoring(texts, format);
        scoring.request.reduce_level = level;
        ASSERT_TRUE(scoring.run(SelectiveScorer(model)));
        check_scores(scoring);
      }
    }
  }
}

}  // namespace
}  // namespace pith
