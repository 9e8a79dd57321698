#include "tokenize/bpe_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reference/bpe_reference.h"
#include "support/random_text.h"

namespace pith {
namespace {

std::vector<std::string> pieces(BpePattern pattern, std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = bpe_piece_end(pattern, text, at);
    if (end <= at || end > text.size()) {
      ADD_FAILURE() << "piece [" << at << ", " << end << ") of " << ::testing::PrintToString(text);
      break;
    }
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

using Pieces = std::vector<std::string>;

TEST(BpeSplitTest, CutsAsTheO200kPatternDoes) {
  const struct {
    std::string text;
    Pieces pieces;
  } kCases[] = {
      {"Hello world", {"Hello", " world"}},
      {"getHTTPResponse", {"get", "HTTPResponse"}},
      {"don't WON'T he'Ll x'\u017f", {"don't", " WON'T", " he'Ll", " x'\u017f"}},
      {"'tis", {"'tis"}},
      {"12345 678", {"123", "45", " ", "678"}},
      {"a  b", {"a", " ", " b"}},
      {"a \n\n  b", {"a", " \n\n", " ", " b"}},
      {"x   ", {"x", "   "}},
      {"f(x)//\n/y", {"f", "(x", ")//\n/", "y"}},
      {"\u0301ABC", {"\u0301", "ABC"}},  // the mark is given back: nothing in lower case follows
      {"\u0301Abc", {"\u0301Abc"}},
      {"\u4e2dAB", {"\u4e2d", "AB"}},
      {"A\u4e2dBC", {"A\u4e2d", "BC"}},
      {"\u01c5a", {"\u01c5a"}},
      {"\r\n\r\nx", {"\r\n\r\n", "x"}},
      {"\tx\u00a0y", {"\tx", "\u00a0y"}},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(pieces(BpePattern::kO200k, test.text), test.pieces) << ::testing::PrintToString(test.text);
  }
}

TEST(BpeSplitTest, CutsAsTheCl100kPatternDoes) {
  const struct {
    std::string text;
    Pieces pieces;
  } kCases[] = {
      {"Hello world", {"Hello", " world"}},
      {"don't WON'T x'\u017fy", {"don", "'t", " WON", "'T", " x", "'\u017f", "y"}},
      {"12345", {"123", "45"}},
      {"a \n\n  b", {"a", " \n\n", " ", " b"}},
      {"a \n\n  ", {"a", " \n\n  "}},  // white space at the end is one piece, line ends or not
      {"f(x)//\n/y", {"f", "(x", ")//\n", "/y"}},
      {"e\u0301a", {"e", "\u0301a"}},
      {"''s", {"''", "s"}},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(pieces(BpePattern::kCl100k, test.text), test.pieces) << ::testing::PrintToString(test.text);
  }
}

/// Every text of up to five characters over an alphabet with each class and each character the patterns name.
TEST(BpeSplitTest, EqualsTheBacktrackingTwinOnEveryShortText) {
  const std::vector<std::string> kAlphabet = {"A", "b", "\u4e2d", "\u0301", "1", " ", "\n", "\t", "'", "s", "/", "."};
  std::vector<std::size_t> digits;
  std::size_t n_texts = 0;
  for (std::size_t length = 1; length <= 5; ++length) {
    digits.assign(length, 0);
    for (bool more = true; more; ++n_texts) {
      std::string text;
      for (const std::size_t digit : digits) text += kAlphabet[digit];
      for (const BpePattern pattern : {BpePattern::kO200k, BpePattern::kCl100k}) {
        // From the first piece on, the rest is a shorter text that was compared before or, at its end, will be.
        const std::size_t end = bpe_piece_end(pattern, text, 0);
        const reference::BpeText chars = reference::bpe_text(text);
        const std::size_t expected = reference::piece_end(pattern, chars, 0);
        ASSERT_EQ(reference::bpe_text(std::string_view(text).substr(0, end)).size(), expected)
            << ::testing::PrintToString(text);
      }
      std::size_t i = 0;
      while (i < length && ++digits[i] == kAlphabet.size()) digits[i++] = 0;
      more = i < length;
    }
  }
  EXPECT_EQ(n_texts, 12u + 144 + 1728 + 20736 + 248832);
}

TEST(BpeSplitTest, EqualsTheBacktrackingTwinOnRandomText) {
  testing::Random random(11);
  for (int i = 0; i < 20000; ++i) {
    std::string text =
        testing::random_below(random, 2) == 0 ? testing::random_unicode(random, 30) : testing::random_ascii(random, 60);
    for (const BpePattern pattern : {BpePattern::kO200k, BpePattern::kCl100k}) {
      ASSERT_EQ(pieces(pattern, text), reference::split(pattern, text)) << ::testing::PrintToString(text);
    }
  }
}

TEST(BpeSplitTest, KnowsClassesOfPlanesBeyondTheFirst) {
  EXPECT_EQ(bpe_class(U'\U00010400'), BpeClass::kUpper);  // DESERET CAPITAL LETTER LONG I
  EXPECT_EQ(bpe_class(U'\U00010428'), BpeClass::kLower);
  EXPECT_EQ(bpe_class(U'\U00020000'), BpeClass::kCaseless);
  EXPECT_EQ(bpe_class(U'\U0001D165'), BpeClass::kMark);
  EXPECT_EQ(bpe_class(U'\U0001D7CE'), BpeClass::kNumber);
  EXPECT_EQ(bpe_class(U'\U0001F600'), BpeClass::kOther);
  EXPECT_EQ(bpe_class(U'\U0010FFFF'), BpeClass::kOther);
}

}  // namespace
}  // namespace pith
