#include "text/sentences.h"

#include <gtest/gtest.h>
#include <unicode/brkiter.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>
#include <vector>

#include "support/random_text.h"

namespace pith {
namespace {

std::vector<std::string> sentences_of(const std::string& text) {
  const auto document = segment(text);
  EXPECT_TRUE(document.has_value());
  std::vector<std::string> out;
  for (const Sentence& sentence : document->sentences) out.emplace_back(sentence.span.of(text));
  return out;
}

TEST(SentencesTest, EndWhereReadersWouldSayTheyDo) {
  const std::vector<std::vector<std::string>> cases = {
      {"One here.", "Two there!", "Three?", "Four"},
      {"Dr. Wu met Mr. Smith of Acme Inc. in St. Louis.", "He left."},
      {"Use e.g. this, i.e. that, etc. and so on vs. others.", "Done."},
      {"The U.S. economy grew in the U.S.A. last year.", "It shrank."},
      {"J. R. Smith wrote it.", "So did I.", "Then we left."},
      {"See Fig. 3 and No. 5 on pp. 3-5.", "I said no.", "Then yes."},
      {"It starts at 5 p.m. sharp.", "It ends at 7 p.m.", "Nobody stayed."},
      {"Pi is 3.14 and v1.2.3 is out.", "Good."},
      {"\"Hello,\" she said.", "\"Go!\" he cried.", "(All of them left.)", "Silence."},
      {"\"What?\" he asked.", "\"Nothing.\"", "\"Why?\""},
      {"Well... maybe not.", "Well...", "Maybe."},
      {"He paid $5.", "3 people saw it."},
      {"Really?!", "Yes."},
      {"Visit example.com today.", "Mail a.b@c.de now."},
      {"**Bold ends.**", "Next one."},
      {"Größe zählt.", "Ärger nicht.", "Élan oui."},
  };
  for (const auto& expected : cases) {
    std::string text;
    for (const auto& sentence : expected) text += (text.empty() ? "" : " ") + sentence;
    EXPECT_EQ(sentences_of(text), expected);
  }
}

TEST(SentencesTest, EndWithoutSpacesInScriptsThatPutNone) {
  EXPECT_EQ(sentences_of("今天很好。我们走吧！你呢？好"),
            (std::vector<std::string>{"今天很好。", "我们走吧！", "你呢？", "好"}));
  EXPECT_EQ(sentences_of("他说：“走吧。”然后离开。"), (std::vector<std::string>{"他说：“走吧。”", "然后离开。"}));
  EXPECT_EQ(sentences_of("「行こう。」と言った。"), (std::vector<std::string>{"「行こう。」", "と言った。"}));
  EXPECT_EQ(sentences_of("यह है। वह है।"), (std::vector<std::string>{"यह है।", "वह है।"}));
  EXPECT_EQ(sentences_of("كيف؟ نعم. لا"), (std::vector<std::string>{"كيف؟", "نعم.", "لا"}));
}

TEST(SentencesTest, EndAtLineBreaksOnlyWhereTheLineSaysSo) {
  struct Case {
    std::string text;
    std::vector<std::string> sentences;
  };
  const std::vector<Case> cases = {
      {"hard wrapped\nprose goes\r\non here.\nNext.", {"hard wrapped\nprose goes\r\non here.", "Next."}},
      {"a paragraph\n\nanother\r\n\r\nthird", {"a paragraph", "another", "third"}},
      {"one\u2029two\u2028three", {"one", "two\u2028three"}},
      {"# Title\nText goes\non", {"# Title", "Text goes\non"}},
      {"Text\n## Part\nMore", {"Text", "## Part", "More"}},
      {"List:\n- one\n  wrapped\n- two\n* three\n+ four\n• five",
       {"List:", "- one\n  wrapped", "- two", "* three", "+ four", "• five"}},
      {"1. First\n2. Second\n10) Tenth\na) Letter", {"1. First", "2. Second", "10) Tenth", "a) Letter"}},
      {"Alice: hello\nthere\nBob Smith: hi\nSpeaker 1: yes\n#Person2#: no",
       {"Alice: hello\nthere", "Bob Smith: hi", "Speaker 1: yes", "#Person2#: no"}},
      {"| a | b |\n|---|---|\n| c | d |\nafter", {"| a | b |", "|---|---|", "| c | d |", "after"}},
      {"text\n> quote\n> more", {"text", "> quote", "> more"}},
      {"text\n```cpp\nint a\n```\nafter", {"text", "```cpp", "int a", "```", "after"}},
      {"[10:01] a\n[10:02] b\n  at c", {"[10:01] a", "[10:02] b\n  at c"}},
      {"date,t\n2012-01-01,5.0\n2012-01-02,6.0", {"date,t\n2012-01-01,5.0", "2012-01-02,6.0"}},
      {"{\"a\": 1}\n{\"a\": 2}", {"{\"a\": 1}", "{\"a\": 2}"}},
      {"between\n1990 and\n2000 only", {"between\n1990 and\n2000 only"}},
      {"name: x\nkind: y", {"name: x", "kind: y"}},
      {"They met Mr.\nSmith there.", {"They met Mr.\nSmith there."}},
      {"time is\n10:30 now", {"time is\n10:30 now"}},
  };
  for (const Case& c : cases) EXPECT_EQ(sentences_of(c.text), c.sentences) << c.text;
}

TEST(SentencesTest, AgreeWithIcuOnPlainProse) {
  // UAX #29's own iterator, on prose without abbreviations, line breaks or quotes, where the rules mean the same.
  // (Before a number UAX #29 looks on for a lower-case letter; here a number begins a sentence.)
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
  ASSERT_TRUE(U_SUCCESS(status));
  const std::vector<std::string> words = {"river", "Stone", "walks", "Élan", "über", "мир", "Да", "well-known", "b2b"};
  const std::vector<std::string> joints = {" ", " ", " ", ", ", ". ", "! ", "? ", "; ", ": "};
  testing::Random random(14);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      text += words[testing::random_below(random, words.size())];
      text += i == 39 ? "." : joints[testing::random_below(random, joints.size())];
    }
    const auto utf16 = icu::UnicodeString::fromUTF8(text);
    iterator->setText(utf16);
    std::vector<std::string> expected;
    std::int32_t begin = 0;
    for (std::int32_t end = iterator->next(); end != icu::BreakIterator::DONE; end = iterator->next()) {
      std::string sentence;
      utf16.tempSubStringBetween(begin, end).trim().toUTF8String(sentence);
      expected.push_back(sentence);
      begin = end;
    }
    ASSERT_EQ(sentences_of(text), expected) << text;
  }
}

}  // namespace
}  // namespace pith
