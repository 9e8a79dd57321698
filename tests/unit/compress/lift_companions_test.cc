#include "compress/lift_companions.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "compress/rank_units.h"
#include "support/prepare.h"
#include "support/random_prose.h"

namespace pith {
namespace {

using testing::prepare;

/// The words that rise when `loud` has a score of 0.9 and all others 0.1.
std::string lifted(std::string_view text, std::string_view loud) {
  PreparedContext context = prepare(text, 0.1F, {{loud, 0.9F}});
  rank_punctuation(context);
  const std::vector<float> before = context.priorities;
  lift_companions(context);
  std::string words;
  for (std::size_t w = 0; w < context.n_words(); ++w) {
    EXPECT_GE(context.priorities[w], before[w]);
    if (before[w] >= 0.9F || context.priorities[w] < 0.9F) continue;
    if (!words.empty()) words += ' ';
    words += context.document.words[w].span.of(text);
  }
  return words;
}

struct Case {
  std::string_view text, loud, expected;
};

TEST(LiftCompanionsTest, NegationsStayWithWhatTheyNegate) {
  const Case cases[] = {
      {"He was not found guilty.", "found", "not"},
      {"He was not found guilty.", "guilty", "not"},
      {"He was not found at all guilty or so.", "so", ""},
      {"This is not, we think, guilty.", "guilty", ""},
      {"It is NOT \"guilty\".", "guilty", "NOT"},
      {"I don\u2019t really know.", "know", "don\u2019t"},
      {"We cannot leave.", "leave", "cannot"},
      {"no evidence", "evidence", "no"},
      {"Neither plan nor budget", "plan", "Neither"},
      {"Neither plan nor budget", "budget", "nor"},
      {"It works without the cable.", "cable", "without"},
      {"It no longer works.", "works", "no longer"},
      {"It is not higher than 5.", "5", "not higher than"},
      {"Stop unless told otherwise.", "told", "unless"},
      {"everyone except Anna", "Anna", "except"},
      {"We agree, we think so not.", "think", "not"},  // nothing follows: what stands before
      {"No. Guilty.", "Guilty", ""},
      {"one\nno\n\ntwo", "two", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(lifted(c.text, c.loud), c.expected) << c.text;
}

TEST(LiftCompanionsTest, ComparisonsStayWithTheirNumbers) {
  const Case cases[] = {
      {"It takes at least 5 days.", "5", "at least"},
      {"no more than 30 people", "30", "no more than"},
      {"up to 40 cars", "40", "up to"},
      {"up to the 40 cars", "40", "up to"},
      {"looked up to her", "her", ""},
      {"after 1999 it ended", "1999", "after"},
      {"after lunch 12 left", "12", ""},
      {"until Friday", "Friday", "until"},
      {"between 3 and 5 years", "3", "between"},
      {"between 3 and 5 years", "5", "between"},
      {"between the 3rd and the 5th", "5th", "between"},
      {"between him and 5 others", "5", ""},
      {"only members", "members", "only"},
  };
  for (const Case& c : cases) EXPECT_EQ(lifted(c.text, c.loud), c.expected) << c.text;
}

TEST(LiftCompanionsTest, TheAndOfARangeNeedsBothNumbers) {
  PreparedContext context = prepare("between 3 and 5", 0.1F, {{"3", 0.8F}, {"5", 0.6F}});
  lift_companions(context);
  EXPECT_GE(context.priorities[2], 0.6F);
  EXPECT_LT(context.priorities[2], 0.8F);
}

TEST(LiftCompanionsTest, KnowsOtherLanguages) {
  const Case cases[] = {
      {"Sie hat keinen Hund.", "Hund", "keinen"},
      {"Das Buch kaufe ich nicht.", "kaufe", "nicht"},
      {"mindestens 5 Tage", "5", "mindestens"},
      {"No tiene dinero.", "tiene", "No"},
      {"Il ne sait pas lire.", "sait", "ne pas"},
      {"Il ne sait pas lire.", "lire", "pas"},
      {"C'est un pas important.", "important", ""},
      {"\u4ED6\u6CA1\u6709\u94B1\u3002", "\u94B1", "\u6CA1\u6709"},
      {"\u732B\u304C\u98DF\u3079\u306A\u3044\u3002", "\u98DF", "\u306A\u3044"},
      {"N\u00E3o quero isso.", "quero", "N\u00E3o"},
      {"Non voglio andare.", "voglio", "Non"},
      {"\u041E\u043D \u043D\u0435 \u0437\u043D\u0430\u0435\u0442.", "\u0437\u043D\u0430\u0435\u0442", "\u043D\u0435"},
      {"\u0935\u0939 \u0928\u0939\u0940\u0902 \u0906\u092F\u093E", "\u0906\u092F\u093E", "\u0928\u0939\u0940\u0902"},
  };
  for (const Case& c : cases) EXPECT_EQ(lifted(c.text, c.loud), c.expected) << c.text;
}

TEST(LiftCompanionsTest, ACompanionOfAForcedWordComesFirst) {
  PreparedContext context = prepare("It is not sure.");
  context.forced[3] = 1;
  lift_companions(context);
  EXPECT_FLOAT_EQ(context.priorities[2], 1.0F);
}

TEST(LiftCompanionsTest, PunctuationKeepsItsRank) {
  std::mt19937 random(5);
  constexpr std::string_view kWords[] = {"not",   "at",    "least",  "5",    "between", "and", "house",
                                         "never", "green", "higher", "than", "pas",     "ne"};
  for (int round = 0; round < 500; ++round) {
    const std::string text = testing::random_prose(kWords, 30, random);
    PreparedContext context = prepare(text);
    testing::score_randomly(context, random);
    const std::vector<float> before = context.priorities;
    lift_companions(context);
    const std::vector<float> after = context.priorities;
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      ASSERT_GE(after[w], before[w]);
      if (context.document.words[w].is_punctuation) {
        ASSERT_EQ(after[w], before[w]);
      }
    }
    lift_companions(context);
    ASSERT_EQ(context.priorities, after) << text;  // nothing is left to do
  }
}

TEST(LiftCompanionsTest, WhateverIsKeptANegationIsThereForTheNextWord) {
  std::mt19937 random(11);
  constexpr std::string_view kWords[] = {"not", "house", "tree", "the", "of", "river", "runs"};
  for (int round = 0; round < 300; ++round) {
    const std::string text = testing::random_prose(kWords, 40, random);
    std::vector<PreparedContext> contexts{prepare(text)};
    PreparedContext& context = contexts[0];
    testing::score_randomly(context, random);
    std::fill(context.forced.begin(), context.forced.end(), std::uint8_t{0});
    lift_companions(context);
    const Ranking ranking = rank_units(contexts);
    std::vector<std::size_t> place(context.n_words());
    for (std::size_t i = 0; i < ranking.order.size(); ++i) place[ranking.order[i].word] = i;
    const auto word = [&](std::size_t w) { return context.document.words[w].span.of(text); };
    for (std::size_t w = 0; w + 1 < context.n_words(); ++w) {
      const bool is_content = word(w + 1) == "house" || word(w + 1) == "tree" || word(w + 1) == "runs";
      if (word(w) == "not" && is_content && context.gaps[w + 1].n_line_breaks < 2) {
        ASSERT_LT(place[w], place[w + 1]) << text;
      }
    }
  }
}

TEST(LiftCompanionsTest, TakesAMegabyteOfNegations) {
  for (const std::string_view piece :
       {"not ", "between 1 and ", "ne pas ", "at least ", "the the the the the the the not "}) {
    std::string text;
    while (text.size() < (1U << 18)) text += piece;
    PreparedContext context = prepare(text);
    lift_companions(context);
    EXPECT_EQ(context.priorities.size(), context.n_words());
  }
}

}  // namespace
}  // namespace pith
