#include "text/minify.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "support/minify_laws.h"

namespace pith {
namespace {

std::string minify(std::string_view text) {
  EXPECT_EQ(testing::broken_minify_law(text), "") << text;
  return text_of_spans(text, minify_spans(text));
}

struct Case {
  std::string_view text, expected;
};

TEST(MinifyTest, JsonLosesTheWhiteSpaceBetweenItsTokens) {
  const Case cases[] = {
      {"{ \"a b\" : [ 1 , -2.5e+3, true ],\r\n\t\"c\": {} }\n", R"({"a b":[1,-2.5e+3,true],"c":{}})"},
      {"[\"  \\\" \\u00e9  \" ]", R"(["  \" \u00e9  "])"},
      {"{\"a\": 1}\n\n{\"b\": [ ] } \n", "{\"a\":1}\n{\"b\":[]}\n"},
      {" [1]\r\n[2, 3]", "[1]\n[2,3]"},
      {"{\r\"a\": 1\r}\n", R"({"a":1})"},
      {"[ 1, 2 ]\x1B[0m\n", "[1,2]"},
      {"\xEF\xBB\xBF{ }", "{}"},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, WhatIsNearlyJsonIsText) {
  for (const std::string_view text :
       {"{ \"a\": 1, }", "[ 01 ]",    "[ 1 2 ]", "{ 'a': 1 }",  "[ \"a\nb\" ]",       "[ 1. ]",           "[ 1e ]",
        "[ +1 ]",        "{ \"a\" }", "[ 1 }",   "[ \"\\x\" ]", "[ \"\\u12g4\" ]",    "[ tru ]",          "[ 1",
        "[ , ]",         "{ 1: 2 }",  "42 43",   "[ 1 ] x",     "{ \"a\": 1 }\nno\n", "[ 1,\n2 ]\n[ 3 ]", "[ NaN ]",
        "[ - ]"}) {
    EXPECT_EQ(minify(text), text);
  }
}

TEST(MinifyTest, TerminalEscapesGo) {
  const Case cases[] = {
      {"\x1B[1;31merror\x1B[0m: x", "error: x"},
      {"\x1B]0;title\x07text", "text"},
      {"\x1B]8;;https://example.org\x1B\\link\x1B]8;;\x1B\\.", "link."},
      {"\x1B(B\x1B[m\x1B[2J\x1B[?25lx\x1B"
       "7",
       "x"},
      {"\x1B[3\x1B[31m1m", "1m"},  // the second cuts the first short
      {"\x1B\x1B[31m[0m", "[0m"},
      {"\x1B]0;cut\x1B[mx", "0;cutx"},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, IncompleteEscapesStay) {
  for (const std::string_view text : {"\x1B", "\x1B[31", "\x1B]0;title", "\x1B[3\nm", "\x1B]0;a\nb\x07", "\\x1b[31m"}) {
    EXPECT_EQ(minify(text), text);
  }
}

TEST(MinifyTest, AProgressBarKeepsItsLastState) {
  const Case cases[] = {
      {"get  10%\rget  50%\rget 100%\ndone\n", "get 100%\ndone\n"},
      {"0%|    | 0/9\r50%|\u2588\u2588  | 4/9\r100%|\u2588\u2588\u2588\u2588| 9/9\nok",
       "100%|\u2588\u2588\u2588\u2588| 9/9\nok"},
      {"work \u280B\rwork \u2819\rwork ok\n", "work ok\n"},
      {"Loading\r\x1B[KDone\n", "Done\n"},
      {"Loading\x1B[2K\rDone\n", "Done\n"},
      {"Loading\r       \rDone\n", "Done\n"},
      {"text\r\r\nmore\r\n", "text\r\nmore\r\n"},
      {"\r  \r 1/2\r 2/2\r\n", " 2/2\r\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, WhatIsNotCoveredStays) {
  for (const std::string_view text : {
           "one line\ranother of an old file\rthird",            // no line feed at all
           "The first line of it.\rAnother one of the same.\n",  // not alike
           "a long state\ra lo\n",                               // its end is still on the screen
       }) {
    EXPECT_EQ(minify(text), text);
  }
}

TEST(MinifyTest, BlanksAtLineEndsGoAndHardBreaksStay) {
  const Case cases[] = {
      {"a \nb\t\n c\t ", "a\nb\n c"},     {"a  \nb", "a  \nb"},
      {"a      \nb", "a  \nb"},           {"a\t  \r\nb", "a  \r\nb"},
      {"a  \n\nb  ", "a\n\nb"},           {"a  \n  \nb", "a\n\nb"},
      {"a \r\nb \r\n", "a\r\nb\r\n"},     {"a\tb\t\nc\t\t \n\t\t\n", "a\tb\t\nc\t\t\n\t\t\n"},  // cells
      {"\tindented\t\n", "\tindented\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, OfBlankLinesOneStays) {
  const Case cases[] = {
      {"a\n\n\n\nb", "a\n\nb"},     {"a\r\n\r\n\r\nb", "a\r\n\r\nb"}, {"a\n \n\t\n\nb", "a\n\nb"},
      {"\n\n\na\n\n\n", "\na\n\n"}, {"a\n\nb\nc", "a\n\nb\nc"},       {"   ", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, LiteralPartsStay) {
  const Case cases[] = {
      {"```c\nx  \n\n\n\ny \n```  \n\n\n\nz", "```c\nx  \n\n\n\ny \n```\n\nz"},
      {"- ~~~~\n  x \n  ~~~\n\n\n  ~~~~\n\n\n", "- ~~~~\n  x \n  ~~~\n\n\n  ~~~~\n\n"},
      {"```\nnever closed \n\n\n\n", "```\nnever closed \n\n\n\n"},
      {"```inline``` \nx", "```inline```\nx"},
      {"<PRE class=a>\nx \n\n\n</pre> \ny ", "<PRE class=a>\nx \n\n\n</pre> \ny"},
      {"a <pre> that never ends \n\n\n\nx", "a <pre> that never ends\n\nx"},
      {"<prefix> \nx</pre>", "<prefix>\nx</pre>"},
      {"@@ -1,3 +1,3 @@ \n \n \n-a \n+b\nend \n", "@@ -1,3 +1,3 @@\n \n \n-a \n+b\nend\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(minify(c.text), c.expected);
}

TEST(MinifyTest, CountsWhatEachRuleSaved) {
  MinifySavings savings;
  const auto spans = minify_spans("\xEF\xBB\xBF\x1B[0ma 1\ra 2 \n\n\n\n", &savings);
  EXPECT_EQ(spans.size(), 2U);
  EXPECT_EQ(savings.mark_bytes, 3U);
  EXPECT_EQ(savings.escape_bytes, 4U);
  EXPECT_EQ(savings.overwritten_bytes, 4U);
  EXPECT_EQ(savings.trailing_bytes, 1U);
  EXPECT_EQ(savings.blank_line_bytes, 2U);
  EXPECT_EQ(savings.json_bytes, 0U);
}

TEST(MinifyTest, KeepsItsLawsForRandomPieces) {
  constexpr std::array<std::string_view, 40> kPieces{
      "a",      "b1",     " ",      "  ",         "\t",          "\n",  "\n",
      "\r\n",   "\r",     "\r",     "\x1B",       "\x1B[",       "31",  "m",
      "\x1B]",  "\x07",   "\\",     "\x1B[K",     "\x1B[2K",     "```", "~~~",
      "<pre>",  "</pre>", "{",      "}",          "[",           "]",   "\"",
      "\"k\":", ",",      "1",      "{\"a\": 1}", "@@ -1 +1 @@", "+",   "\xEF\xBB\xBF",
      "\xFF",   "\xC3",   "\u00E9", "\u2588",     "word"};
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const std::size_t n_pieces = random() % 24;
    for (std::size_t i = 0; i < n_pieces; ++i) text += kPieces[random() % kPieces.size()];
    ASSERT_EQ(testing::broken_minify_law(text), "") << ::testing::PrintToString(text);
  }
}

TEST(MinifyTest, TakesHostileText) {
  constexpr std::size_t kBytes = 1 << 20;
  for (const std::string_view piece : {"[", "\x1B]", "\x1B[1", "a\r", " \r", "\r", "<pre>", "< \n", "`", "```\n", "\n",
                                       " ", "aa\ra\n", "\x1B[2K\r", "{\"a\":", "@@ -\n", "\xEF\xBB\xBF"}) {
    std::string text;
    while (text.size() < kBytes) text += piece;
    EXPECT_EQ(testing::broken_minify_law(text), "") << ::testing::PrintToString(piece);
    EXPECT_EQ(testing::broken_minify_law(text + '\n'), "") << ::testing::PrintToString(piece);
  }
  EXPECT_EQ(minify(std::string(kBytes, '[') + " 1 " + std::string(kBytes, ']')).size(), 2 * kBytes + 1);
}

TEST(SpansTest, CompositionIsOneAfterTheOther) {
  std::mt19937 random(3);
  const auto random_spans = [&](std::size_t n_bytes) {
    std::vector<ByteSpan> spans;
    for (std::uint32_t at = 0; at < n_bytes;) {
      const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(n_bytes, at + 1 + random() % 4));
      if (random() % 2 == 0) spans.push_back({at, end});
      at = end;
    }
    return spans;
  };
  std::string text(40, ' ');
  for (int round = 0; round < 2000; ++round) {
    for (char& c : text) c = static_cast<char>('a' + random() % 26);
    const auto outer = random_spans(text.size());
    const std::string middle = text_of_spans(text, outer);
    const auto inner = random_spans(middle.size());
    const auto composed = compose_spans(outer, inner);
    ASSERT_EQ(text_of_spans(text, composed), text_of_spans(middle, inner));
    for (std::size_t i = 1; i < composed.size(); ++i) ASSERT_LT(composed[i - 1].end, composed[i].begin);
    for (const ByteSpan& span : spans_in_kept(outer, composed)) ASSERT_LE(span.end, middle.size());
  }
}

TEST(SpansTest, BytesOfTheOriginalAreFoundInWhatWasKept) {
  const std::vector<ByteSpan> outer{{2, 4}, {6, 9}};
  EXPECT_EQ(spans_in_kept(outer, std::vector<ByteSpan>{{0, 2}, {1, 3}, {3, 7}, {4, 6}, {8, 20}}),
            (std::vector<ByteSpan>{{0, 0}, {0, 1}, {1, 3}, {2, 2}, {4, 5}}));
  EXPECT_EQ(spans_in_kept({}, std::vector<ByteSpan>{{3, 5}}), (std::vector<ByteSpan>{{0, 0}}));
}

}  // namespace
}  // namespace pith
