#include "compress/constraints.h"

#include <gtest/gtest.h>

#include <string>

#include "support/prepare.h"

namespace pith {
namespace {

using testing::prepare;

std::string forced_words(std::string_view text, const std::vector<std::string>& tokens, bool reserve_digit = false) {
  PreparedContext context = prepare(text);
  mark_forced(make_force_rules(tokens, reserve_digit), context);
  std::string words;
  for (std::size_t w = 0; w < context.n_words(); ++w) {
    if (context.forced[w] != 0) words += std::string(context.document.words[w].span.of(text)) + "|";
  }
  return words;
}

TEST(ForceTest, MatchesWholeWordsAndPhrases) {
  EXPECT_EQ(forced_words("a day, a night", {"a"}), "a|a|");
  EXPECT_EQ(forced_words("So The answer is 42.", {"The answer is"}), "The|answer|is|");
  EXPECT_EQ(forced_words("Why? How. Now!", {"?", "!"}), "?|!|");
  EXPECT_EQ(forced_words("nothing here", {"absent", ""}), "");
}

TEST(ForceTest, OperatorSignsMatchInsideWords) {
  EXPECT_EQ(forced_words("so 2+3 is 5 and 2 \u00D7 3", {"+", "\u00D7"}), "2+3|\u00D7|");
}

TEST(ForceTest, FullStopsInsideNumbersDoNotForceThem) { EXPECT_EQ(forced_words("pi is 3.14 here.", {"."}), ".|"); }

TEST(ForceTest, ReserveDigitForcesEveryWordWithADigit) {
  EXPECT_EQ(forced_words("in 1999 or \u0664 or B2B", {}, true), "1999|\u0664|B2B|");
}

TEST(ForceTest, LineBreaksAreARule) {
  const ForceRules rules = make_force_rules(std::vector<std::string>{"\n", " ", "x"}, false);
  EXPECT_TRUE(rules.keep_line_breaks);
  EXPECT_EQ(rules.tokens, std::vector<std::string>{"x"});
}

float priority_of(std::string_view text, std::string_view mark,
                  std::vector<std::pair<std::string_view, float>> scores) {
  PreparedContext context = prepare(text, 0.1F, std::move(scores));
  rank_punctuation(context);
  for (std::size_t w = 0; w < context.n_words(); ++w) {
    if (context.document.words[w].span.of(text) == mark) return context.priorities[w];
  }
  ADD_FAILURE() << mark << " is not a word of " << text;
  return -1;
}

TEST(PunctuationTest, AFullStopNeedsAWordOfItsSentence) {
  EXPECT_FLOAT_EQ(priority_of("Go home. Then sleep.", ".", {{".", 0.9F}, {"home", 0.4F}, {"sleep", 0.8F}}), 0.4F);
}

TEST(PunctuationTest, ACommaNeedsAWordOnBothSides) {
  EXPECT_FLOAT_EQ(priority_of("one, two.", ",", {{",", 0.9F}, {"one", 0.6F}, {"two", 0.3F}}), 0.3F);
  EXPECT_FLOAT_EQ(priority_of("one, two.", ",", {{",", 0.9F}, {"one", 0.2F}, {"two", 0.3F}}), 0.2F);
}

TEST(PunctuationTest, BracketsRankTogetherAndNeedAWordInside) {
  EXPECT_FLOAT_EQ(priority_of("x (yes) z", ")", {{"(", 0.9F}, {")", 0.2F}, {"yes", 0.7F}}), 0.7F);
  EXPECT_FLOAT_EQ(priority_of("x (yes) z", "(", {{"(", 0.3F}, {")", 0.2F}, {"yes", 0.7F}}), 0.3F);
}

TEST(PunctuationTest, AListMarkerNeedsAWordOfItsLine) {
  EXPECT_FLOAT_EQ(priority_of("* milk\n\nother", "*", {{"*", 0.9F}, {"milk", 0.2F}, {"other", 0.8F}}), 0.2F);
}

TEST(PunctuationTest, MarksWithoutAnyWordAreFree) {
  EXPECT_FLOAT_EQ(priority_of("text\n\n***\n\nmore", "***", {{"***", 0.9F}}), 0.9F);
}

}  // namespace
}  // namespace pith
