#include "compress/reference_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pith {
namespace {

TEST(ReferenceTextTest, ReplaceAllIsPythonsReplace) {
  struct {
    std::string_view text, old_text, new_text, expected;
  } const cases[] = {
      {"", "a", "b", ""},
      {"aaa", "aa", "b", "ba"},
      {"a.b.c", ".", "", "abc"},
      {"abab", "ab", "ba", "baba"},
      {"x", "x", "xx", "xx"},
      {"ab", "", "-", "-a-b-"},
      {"", "", "-", "-"},
      {"\u00e9z", "", "-", "-\u00e9-z-"},
      {"a\nb\n", "\n", "[NEW0]", "a[NEW0]b[NEW0]"},
  };
  for (const auto& c : cases) EXPECT_EQ(replace_all(c.text, c.old_text, c.new_text), c.expected) << c.text;
}

TEST(ReferenceTextTest, StripLeadingRemovesEveryLeadingOccurrence) {
  EXPECT_EQ(strip_leading("##ing", "#"), "ing");
  EXPECT_EQ(strip_leading("###", "#"), "");
  EXPECT_EQ(strip_leading("a#", "#"), "a#");
  EXPECT_EQ(strip_leading("\u2581\u2581a", "\u2581"), "a");
}

TEST(ReferenceTextTest, DigitsAreUnicodeDecimalDigits) {
  for (const std::string_view yes : {"7", "a1b", "\u0663", "\u0967", "\uff11"})
    EXPECT_TRUE(has_decimal_digit(yes)) << yes;
  for (const std::string_view no : {"", "abc", "\u00bd", "\u2460", "\u4e00", "\xff"})
    EXPECT_FALSE(has_decimal_digit(no)) << no;
}

// Expected lists: re.findall of Python 3.11 with the library's pattern.
TEST(ReferenceTextTest, WordsAreThoseOfTheLibrarysPattern) {
  struct {
    std::string_view text;
    std::vector<std::string_view> expected;
  } const cases[] = {
      {"", {}},
      {"hello , world .", {"hello", "world"}},
      {"a_b -c- (d)", {"a_b", "-", "c", "-", "(", "d", ")"}},
      {"x=1.5% \\ ` | ~ ' [ ] ,", {"x", "=", "1", "5", "%", "\\", "`", "|", "~"}},
      {"caf\u00e9\u4e00\u00bd\u2460", {"caf\u00e9\u4e00\u00bd\u2460"}},
      {"e\u0301x", {"e", "x"}},
      {"\u0939\u093f\u0928", {"\u0939", "\u0928"}},
      {"don't", {"don", "t"}},
  };
  for (const auto& c : cases) EXPECT_EQ(split_reference_words(c.text), c.expected) << c.text;
}

std::string decode(const std::vector<std::string_view>& elements) {
  std::string text;
  for (std::size_t i = 0; i < elements.size(); ++i) append_wordpiece(elements[i], i == 0, &text);
  return text;
}

// Expected texts: convert_tokens_to_string of a BertTokenizerFast (transformers 4.46.3, tokenizers 0.20.3).
TEST(ReferenceTextTest, DecodesLikeTheWordPieceDecoder) {
  struct {
    std::vector<std::string_view> elements;
    std::string_view expected;
  } const cases[] = {
      {{}, ""},
      {{"a", "##b", ".", "x"}, "ab. x"},
      {{"U", ".", "S", ".", "A", "."}, "U. S. A."},
      {{"##ing", "it", "'", "s"}, "##ing it ' s"},
      {{"a", "\n", "b"}, "a \n b"},
      {{"a", "?!", "'s", "n't", "'re"}, "a?!'sn't're"},
      {{"x", "do not go", "y ' z .", "##"}, "x don't go y'z."},
      {{" ' a ,", "b"}, "'a, b"},
      {{"x", "##do not", "## do not"}, "xdo not don't"},
  };
  for (const auto& c : cases) EXPECT_EQ(decode(c.elements), c.expected);
}

}  // namespace
}  // namespace pith
