#include "tokenize/split_regex.h"

#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"
#include "tokenize/onig_dialect.h"

namespace pith {
namespace {

TEST(OnigDialectTest, TranslatesWhatIsSpelledOtherwise) {
  const struct {
    const char* pattern;
    const char* translated;
  } kCases[] = {
      {R"(a|\p{L}+?[^\r\n\p{Lu}]*+(?=x)(?<!y)(?>z))", R"(a|\p{L}+?[^\r\n\p{Lu}]*+(?=x)(?<!y)(?>z))"},
      {R"(\p{Han}\P{Thai}\p{^N}\P{^N}[\p{Han}])", R"(\p{sc:Han}\P{sc:Thai}\P{N}\p{N}[\p{sc:Han}])"},
      {R"(\p{N}{1,3}a{,2}b{2}c{2,}?)", R"(\p{N}{1,3}a{0,2}b{2}c{2,}?)"},
      {R"((?i:'s|'LL|[dm])S)", R"((?i:'s|'LL|[dm])S)"},
      {R"(\u00e9\x{1F600}\x41\v)", R"(\x{e9}\x{1f600}\x{41}\x{b})"},
      {R"(\.\-\ \[é)", R"(\.\-\ \[é)"},
      {"", ""},
  };
  for (const auto& test : kCases) {
    const auto translated = translate_onig_pattern(test.pattern);
    ASSERT_TRUE(translated.has_value()) << translated.error().message;
    EXPECT_EQ(*translated, test.translated);
  }
  EXPECT_EQ(translate_onig_pattern(R"(\s)")->find("180e"), std::string::npos);
}

TEST(OnigDialectTest, RefusesWhatMeansSomethingElse) {
  const struct {
    const char* pattern;
    const char* quoted;
  } kCases[] = {
      {R"(a\h)", R"("\h" at byte 1)"},
      {R"(^a)", R"("^" at byte 0)"},
      {R"(a$)", R"("$" at byte 1)"},
      {R"([a&&b])", R"("&&" at byte 2)"},
      {R"([a[b]])", R"("[b" at byte 2)"},
      {R"([[:alpha:]])", R"("[:" at byte 1)"},
      {R"(a{2,3}+)", R"("{2,3}+" at byte 1)"},
      {R"(a{2}?)", R"("{2}?" at byte 1)"},
      {R"((?i)a)", "\"(?i)\" at byte 0"},
      {R"((?m:.))", R"("(?m:" at byte 0)"},
      {R"((?<n>a)\k<n>)", R"("(?<n" at byte 0)"},
      {R"((a)\1)", R"("\1" at byte 3)"},
      {R"((?i:ss))", R"("s" at byte 5)"},
      {R"((?i:ß))", R"("ß" at byte 4)"},
      {R"((?i:\p{Lu}))", R"("\p" at byte 4)"},
      {R"(\bA)", R"("\b" at byte 0)"},
      {R"(\R)", R"("\R" at byte 0)"},
      {R"(a**)", R"("*" at byte 2)"},
      {R"({)", R"("{" at byte 0)"},
      {"\\p{L", "\"\\p\" at byte 0"},
      {R"([\b])", R"("\b" at byte 1)"},
      {"\\", "\"\\\" at byte 0"},
      {R"(\xe9)", R"("\xe9" at byte 0)"},
      {R"([\W])", R"("\W" at byte 1)"},
      {R"([]a])", R"("]" at byte 1)"},
  };
  for (const auto& test : kCases) {
    const auto translated = translate_onig_pattern(test.pattern);
    ASSERT_FALSE(translated.has_value()) << test.pattern << " became " << *translated;
    EXPECT_EQ(translated.error(),
              (Error{ErrorCode::kUnsupported, std::string(test.quoted) + " of the pattern is not supported"}));
  }
}

TEST(SplitRegexTest, FindsTheFirstMatchFromAPlaceOn) {
  const SplitRegex regex = SplitRegex::compile(R"((?<=b)é+|\s)", "test").value();
  const std::string text = "aé béé c";
  ByteSpan match;
  ASSERT_EQ(regex.find(text, 0, &match), SplitRegex::Outcome::kFound);
  EXPECT_EQ(match, (ByteSpan{3, 4}));
  ASSERT_EQ(regex.find(text, 5, &match), SplitRegex::Outcome::kFound) << "what is before counts for look-behind";
  EXPECT_EQ(match, (ByteSpan{5, 9}));
  EXPECT_EQ(regex.find(text, 10, &match), SplitRegex::Outcome::kNone);
}

TEST(SplitRegexTest, NamesWhatDoesNotCompile) {
  const auto broken = SplitRegex::compile("a(b", "file.json");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error(), (Error{ErrorCode::kBadModel,
                                   "file.json: the pattern \"a(b\" cannot be used: missing closing "
                                   "parenthesis"}));
  const auto unsupported = SplitRegex::compile("^a", "file.json");
  ASSERT_FALSE(unsupported.has_value());
  EXPECT_EQ(unsupported.error(), (Error{ErrorCode::kUnsupported,
                                        "file.json: the pattern \"^a\" cannot be used: \"^\" at "
                                        "byte 0 of the pattern is not supported"}));
  EXPECT_EQ(SplitRegex::compile(std::string(SplitRegex::kMaxPatternBytes + 1, 'a'), "f").error().code,
            ErrorCode::kBadModel);
  EXPECT_EQ(SplitRegex::compile(std::string(200, '(') + std::string(200, ')'), "f").error().code, ErrorCode::kBadModel);
}

TEST(SplitRegexTest, RefusesPatternsThatWouldHang) {
  for (const char* pattern : {"(a+)+b", "(?:x*)*y", "(?:é|é)+中", R"((?:\s|\s)+X)", R"((\w+\w+)+=)"}) {
    const auto regex = SplitRegex::compile(pattern, "f");
    ASSERT_FALSE(regex.has_value()) << pattern;
    EXPECT_EQ(regex.error().code, ErrorCode::kBadModel);
    EXPECT_NE(regex.error().message.find("it needs too many steps"), std::string::npos) << regex.error().message;
  }
}

/// What the probes at loading do not see ends at a limit all the same.
TEST(SplitRegexTest, GivesUpAtALimit) {
  const SplitRegex regex = SplitRegex::compile("(?:ab|a|b|ba)+c", "f").value();
  std::string text;
  for (int i = 0; i < 40; ++i) text += "ab";
  ByteSpan match;
  EXPECT_EQ(regex.find(text + " c", 0, &match), SplitRegex::Outcome::kGaveUp);
  EXPECT_EQ(regex.find("abac", 0, &match), SplitRegex::Outcome::kFound);
}

/// Where the JIT compiler's stack ends, the heap goes on.
TEST(SplitRegexTest, MatchesWhatNeedsAMegabyteOfBacktracking) {
  const SplitRegex regex = SplitRegex::compile("(?:a|b[0-9])+", "f").value();
  const std::string text(200000, 'a');
  ByteSpan match;
  ASSERT_EQ(regex.find(text, 0, &match), SplitRegex::Outcome::kFound);
  EXPECT_EQ(match, (ByteSpan{0, 200000}));
}

}  // namespace
}  // namespace pith
