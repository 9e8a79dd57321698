#include "tokenize/pre_tokenizer.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <string>
#include <utility>
#include <vector>

#include "support/random_text.h"
#include "text/utf8.h"

namespace pith {
namespace {

using Pieces = std::vector<std::string>;

Pieces cut(const PreTokenizer& pre_tokenizer, const std::string& text) {
  AlignedText aligned(text);
  Pieces out;
  for (const TextPiece& piece : pre_tokenizer.split(&aligned)) {
    out.emplace_back(aligned.bytes().substr(piece.begin, piece.end - piece.begin));
  }
  return out;
}

Pieces cut(SplitStep step, const std::string& text) { return cut(PreTokenizer({std::move(step)}, std::nullopt), text); }

// Expected pieces are those of tokenizers 0.20.3 (Split.pre_tokenize_str).
TEST(PreTokenizerTest, TreatsMatchesAsAsked) {
  const struct {
    SplitBehavior behavior;
    bool invert;
    Pieces pieces;  // of "--a-b--"
  } kCases[] = {
      {SplitBehavior::kIsolated, false, {"-", "-", "a", "-", "b", "-", "-"}},
      {SplitBehavior::kRemoved, false, {"a", "b"}},
      {SplitBehavior::kMergedWithPrevious, false, {"-", "-", "a-", "b-", "-"}},
      {SplitBehavior::kMergedWithNext, false, {"-", "-a", "-b", "-", "-"}},
      {SplitBehavior::kContiguous, false, {"--", "a", "-", "b", "--"}},
      {SplitBehavior::kRemoved, true, {"-", "-", "-", "-", "-"}},
      {SplitBehavior::kMergedWithPrevious, true, {"-", "-a", "-b", "-", "-"}},
      {SplitBehavior::kMergedWithNext, true, {"-", "-", "a-", "b-", "-"}},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(cut(SplitStep(std::string("-"), test.behavior, test.invert), "--a-b--"), test.pieces);
    auto regex = SplitRegex::compile("-", "test").value();
    EXPECT_EQ(cut(SplitStep(std::move(regex), test.behavior, test.invert), "--a-b--"), test.pieces);
  }
}

TEST(PreTokenizerTest, CutsWhereEmptyMatchesAre) {
  EXPECT_EQ(cut(SplitStep(std::string(), SplitBehavior::kIsolated, false), "aé-"), (Pieces{"a", "é", "-"}));
  auto camel = SplitRegex::compile("(?<=[a-z])(?=[A-Z])", "test").value();
  EXPECT_EQ(cut(SplitStep(std::move(camel), SplitBehavior::kIsolated, false), "camelCaseX"),
            (Pieces{"camel", "Case", "X"}));
}

TEST(PreTokenizerTest, SeesWordsAsOnigurumaDoes) {
  const auto words = [](const char* pattern) {
    return cut(SplitStep(SplitRegex::compile(pattern, "test").value(), SplitBehavior::kRemoved, false),
               "a\u00b2-\u0301_\u0661\u200d\u180e");
  };
  EXPECT_EQ(words(R"(\w)"), (Pieces{"-", "\u200d\u180e"}));
  EXPECT_EQ(words(R"([\w])"), (Pieces{"\u00b2-", "\u200d\u180e"}))
      << "a superscript is a word alone, but not in a class";
  EXPECT_EQ(words(R"(\W)"), (Pieces{"a\u00b2", "\u0301_\u0661"}));
  EXPECT_EQ(words(R"([^\w])"), (Pieces{"a", "\u0301_\u0661"}));
  EXPECT_EQ(words(R"(\s)"), (Pieces{"a\u00b2-\u0301_\u0661\u200d\u180e"})) << "U+180E is no white space";
}

TEST(PreTokenizerTest, CutsDigits) {
  EXPECT_EQ(cut(SplitStep::digits(true), "a12 \u00bd\U00011f50"), (Pieces{"a", "1", "2", " ", "\u00bd", "\U00011f50"}));
  EXPECT_EQ(cut(SplitStep::digits(false), "a12 \u0663\u0664"), (Pieces{"a", "12", " ", "\u0663\u0664"}));
}

TEST(PreTokenizerTest, PutsSpacesBeforePiecesThatHaveNone) {
  const PreTokenizer pre_tokenizer({SplitStep::digits(false)}, ByteLevelStep{true, true});
  EXPECT_EQ(cut(pre_tokenizer, "one 12\u00e9x  y"), (Pieces{" one", " ", " 12", " \u00e9x", " ", " y"}));
  AlignedText text("\u00e9x");
  const PreTokenizer prefix({}, ByteLevelStep{true, false});
  ASSERT_EQ(prefix.split(&text).size(), 1u);
  AlignedText::Cursor cursor(text);
  EXPECT_EQ(cursor.source(0, 1), (ByteSpan{0, 2})) << "the space comes from the character behind it";
  EXPECT_EQ(cursor.source(1, 3), (ByteSpan{0, 2}));
  EXPECT_EQ(cursor.source(3, 4), (ByteSpan{2, 3}));
}

TEST(PreTokenizerTest, HasNoPiecesOfAnEmptyText) {
  EXPECT_EQ(cut(PreTokenizer({}, ByteLevelStep{true, true}), ""), Pieces());
  EXPECT_EQ(cut(SplitStep(std::string(), SplitBehavior::kIsolated, false), ""), Pieces());
}

/// A pattern that gives up leaves the rest of the text as it is, and later steps go on.
TEST(PreTokenizerTest, LeavesWholeWhatAPatternGivesUpOn) {
  auto slow = SplitRegex::compile("(?:ab|a|b|ba)+c|-", "test").value();
  std::string word;
  for (int i = 0; i < 40; ++i) word += "ab";
  const PreTokenizer pre_tokenizer({SplitStep(std::move(slow), SplitBehavior::kIsolated, false),
                                    SplitStep(std::string("."), SplitBehavior::kIsolated, false)},
                                   std::nullopt);
  EXPECT_EQ(cut(pre_tokenizer, "a-b-" + word + "-x.y"), (Pieces{"a", "-", "b", "-", word + "-x", ".", "y"}));
}

constexpr struct {
  BpePattern pattern;
  const char* spelling;
} kKnown[] = {
    {BpePattern::kGpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {BpePattern::kLlama3,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {BpePattern::kQwen2,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {BpePattern::kGpt4o,
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
};

/// The scanners of bpe_split.cc against the patterns themselves, run by PCRE2.
class KnownPatternTest : public ::testing::Test {
 protected:
  struct Pair {
    PreTokenizer scanner, regex;
  };
  static const std::vector<Pair>& pairs() {
    static const auto* const made = [] {
      auto* pairs = new std::vector<Pair>;
      for (const auto& [pattern, spelling] : kKnown) {
        auto regex = SplitRegex::compile(spelling, "test").value();
        pairs->push_back({PreTokenizer({SplitStep(pattern, SplitBehavior::kIsolated, false)}, std::nullopt),
                          PreTokenizer({SplitStep(std::move(regex), SplitBehavior::kIsolated, false)}, std::nullopt)});
      }
      return pairs;
    }();
    return *made;
  }
  static void expect_same(const std::string& text) {
    for (const Pair& pair : pairs()) {
      ASSERT_EQ(cut(pair.scanner, text), cut(pair.regex, text)) << ::testing::PrintToString(text);
    }
  }
};

TEST_F(KnownPatternTest, AreKnownByTheirSpelling) {
  for (const auto& [pattern, spelling] : kKnown) EXPECT_EQ(known_split_pattern(spelling), pattern);
  EXPECT_EQ(known_split_pattern(R"(\s+)"), std::nullopt);
}

TEST_F(KnownPatternTest, ScannersEqualTheRegexOnEveryShortText) {
  const std::vector<std::string> kAlphabet = {"A", "b", "\u4e2d", "\u0301", "1", " ", "\n", "\t", "'", "s", "/", "."};
  std::vector<std::size_t> digits;
  for (std::size_t length = 1; length <= 4; ++length) {
    digits.assign(length, 0);
    for (bool more = true; more;) {
      std::string text;
      for (const std::size_t digit : digits) text += kAlphabet[digit];
      expect_same(text);
      if (HasFatalFailure()) return;
      std::size_t i = 0;
      while (i < length && ++digits[i] == kAlphabet.size()) digits[i++] = 0;
      more = i < length;
    }
  }
}

/// Newer versions of PCRE2 know characters that Oniguruma does not; those are left to the oracle.
bool is_known_to_both(char32_t c) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] != 0 && age[0] <= 14;
}

TEST_F(KnownPatternTest, ScannersEqualTheRegexOnRandomText) {
  testing::Random random(51);
  for (int i = 0; i < 6000; ++i) {
    std::string text;
    const std::string any =
        testing::random_below(random, 3) == 0 ? testing::random_ascii(random, 60) : testing::random_unicode(random, 30);
    for (std::size_t at = 0; at < any.size();) {
      const CodePoint c = decode_code_point(any, at);
      if (is_known_to_both(c.value)) text += any.substr(at, c.n_bytes);
      at += c.n_bytes;
    }
    expect_same(text);
    if (HasFatalFailure()) return;
  }
}

TEST_F(KnownPatternTest, SeeCharactersAsOnigurumaDoes) {
  EXPECT_EQ(onig_class(U'\u0660'), BpeClass::kNumber);
  EXPECT_EQ(bpe_class(U'\u1c89'), BpeClass::kUpper);  // Unicode 16
  EXPECT_EQ(onig_class(U'\u1c89'), BpeClass::kOther);
  EXPECT_EQ(onig_class(U'\u1c8b'), BpeClass::kOther);
  EXPECT_EQ(onig_class(U'\u1c90'), BpeClass::kUpper);
  EXPECT_FALSE(is_numeric(U'a'));
  EXPECT_TRUE(is_numeric(U'\u2167'));
  EXPECT_TRUE(is_numeric(U'\U0001d2c0'));  // Unicode 15, which Rust knows
  EXPECT_EQ(onig_class(U'\U0001d2c0'), BpeClass::kOther);
}

}  // namespace
}  // namespace pith
