#include "compress/protect.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compress/validate.h"
#include "support/prepare.h"

namespace pith {
namespace {

using testing::prepare;

CompressRequest request_of(std::string text, std::vector<std::string> patterns, std::vector<ByteSpan> spans = {}) {
  CompressRequest request;
  request.context = {std::move(text)};
  request.force_patterns = std::move(patterns);
  if (!spans.empty()) request.force_spans = {std::move(spans)};
  return request;
}

std::string matches(const std::string& text, const std::vector<std::string>& patterns,
                    std::vector<ByteSpan> more = {}) {
  const CompressRequest request = request_of(text, patterns, std::move(more));
  const auto spans = protected_spans(request);
  if (!spans) return spans.error().message;
  std::string shown;
  for (const ByteSpan& span : spans->front()) shown += std::string(span.of(request.context[0])) + "|";
  return shown;
}

struct Case {
  std::string text;
  std::vector<std::string> patterns;
  std::string expected;
};

TEST(ProtectTest, FindsEveryMatch) {
  const Case cases[] = {
      {"see ABC-12, XY-3.", {R"([A-Z]{2,}-\d+)"}, "ABC-12|XY-3|"},
      {"a1b2", {R"(\d)", "a"}, "a1|2|"},
      {"line one\nline two", {"(?m)^line .*$"}, "line one|line two|"},
      {"Stra\u00DFe und \u00D6l", {R"(\p{Lu}\pL+)"}, "Stra\u00DFe|\u00D6l|"},
      {"aaa", {"x*"}, ""},
      {"abcabc", {"a|ab"}, "a|a|"},
      {"one two", {R"(\bt)", "(?i)ONE"}, "one|t|"},
      {"", {"a*"}, ""},
  };
  for (const Case& c : cases) EXPECT_EQ(matches(c.text, c.patterns), c.expected) << c.text;
}

TEST(ProtectTest, SpansJoinWhatPatternsFind) {
  EXPECT_EQ(matches("0123456789", {"[3-5]+"}, {{5, 8}, {0, 1}, {9, 9}}), "0|34567|");
}

TEST(ProtectTest, TextThatIsNotUtf8IsReadAsBytes) {
  EXPECT_EQ(matches("\xFFword \xC3\xA9t\xC3\xA9", {R"(w\w+)", "\u00E9t"}), "word|\u00E9t|");
  EXPECT_EQ(matches("\xFF\xFE", {"(?s)."}), "\xFF\xFE|");
  const CompressRequest greek = request_of("\xFF", {R"(\x{3b1})"});
  ASSERT_FALSE(protected_spans(greek));
  EXPECT_EQ(protected_spans(greek).error().message.find(
                "force_patterns[0] \"\\x{3b1}\" (context[0] is not UTF-8 and read as Latin-1): "),
            0U)
      << protected_spans(greek).error().message;
}

TEST(ProtectTest, AnchorsMeanTheWholeText) {
  const std::string filler(3 * kMaxMatchBytes, 'x');
  EXPECT_EQ(matches(filler, {"x$", R"(x\b)"}), "x|");
  EXPECT_EQ(matches("ab" + filler, {"^ab", R"(\bx)", R"(\Ax)"}), "ab|");
  EXPECT_EQ(matches(filler + "end", {"end$"}), "end|");
}

TEST(ProtectTest, MatchesAreFoundAcrossWindows) {
  for (const std::size_t n_before :
       {kMaxMatchBytes - 3, kMaxMatchBytes, 2 * kMaxMatchBytes - 3, 5 * kMaxMatchBytes - 1}) {
    const std::string text =
        std::string(n_before, '\n') + "BEGIN " + std::string(kMaxMatchBytes - 10, '-') + " END \u00E9";
    const auto spans = protected_spans(request_of(text, {"(?s)BEGIN.*?END"}));
    ASSERT_TRUE(spans);
    ASSERT_EQ(spans->front().size(), 1U) << n_before;
    EXPECT_EQ(spans->front()[0].begin, n_before);
    EXPECT_EQ(spans->front()[0].n_bytes(), kMaxMatchBytes);
  }
}

TEST(ProtectTest, TakesAMillionMatchesAndHostilePatterns) {
  const std::string text(1 << 20, 'a');
  EXPECT_EQ(protected_spans(request_of(text, {"a"}))->front(), (std::vector<ByteSpan>{{0, 1 << 20}}));
  EXPECT_TRUE(protected_spans(request_of(text, {"(a*)*b", "(a?){20}b", "(x+x+)+y"}))->front().empty());
  const std::string shorter(1 << 13, 'a');
  EXPECT_EQ(protected_spans(request_of(shorter, {"(?s)a.*b|a"}))->front(), (std::vector<ByteSpan>{{0, 1 << 13}}));
  // A match that would begin further back than a search reaches begins where it can.
  const auto tail = protected_spans(request_of(text, {"(a|aa)+$"}))->front();
  ASSERT_EQ(tail.size(), 1U);
  EXPECT_GE(tail[0].n_bytes(), kMaxMatchBytes);
}

TEST(ProtectTest, LongMatchesAreWholeHoweverManyThereAre) {
  const std::string line = "ERROR " + std::string(5 * kMaxLaterMatchBytes, 'x') + "\n";
  std::string text;
  for (std::size_t i = 0; i < kMostFarMatches + 100; ++i) text += i % 2 == 0 || i > kMostFarMatches ? line : "x\n";
  const auto spans = protected_spans(request_of(text, {"(?m)^(ERROR.*|x)$"}))->front();
  EXPECT_EQ(spans.size(), kMostFarMatches + 100);
  for (const ByteSpan& span : spans) EXPECT_TRUE(span.n_bytes() == 1 || span.n_bytes() + 1 == line.size());
}

TEST(ProtectTest, RefusesWithTheFieldAndTheReason) {
  const auto message = [](const CompressRequest& request) {
    const auto valid = validate(request);
    EXPECT_FALSE(valid);
    return valid ? "" : valid.error().message;
  };
  const std::string end = ": correct it; the syntax is RE2's";
  EXPECT_EQ(message(request_of("x", {"a", "b[c"})), "force_patterns[1] \"b[c\": missing ]: [c (at byte 1)" + end);
  EXPECT_EQ(message(request_of("x", {"a**"})),
            "force_patterns[0] \"a**\": bad repetition operator: ** (at byte 1)" + end);
  EXPECT_EQ(message(request_of("x", {"(?=a)"})),
            "force_patterns[0] \"(?=a)\": invalid perl operator: (?= (at byte 0)" + end);
  EXPECT_EQ(message(request_of("x", {""})), "force_patterns[0] is an empty string: remove it or give an expression");
  EXPECT_EQ(message(request_of("x", {std::string(4097, 'a')})),
            "force_patterns[0] has 4097 bytes, more than the limit of 4096: give a shorter one");
  EXPECT_EQ(message(request_of("x", std::vector<std::string>(101, "a"))),
            "force_patterns has 101 entries, more than the limit of 100: give fewer, or join some with |");
  EXPECT_NE(message(request_of("x", {"((((x{100}){100}){100}){100})"})), "");  // RE2's own words for its memory
  EXPECT_EQ(message(request_of("ab\u20AC", {}, {{0, 1}, {1, 3}})),
            "force_spans[0][1] is [1, 3], but byte 3 is inside the character \"\u20AC\" (U+20AC) at bytes 2 to 5: "
            "offsets count UTF-8 bytes");
  EXPECT_EQ(message(request_of("ab", {}, {{1, 3}})), "force_spans[0][0] is [1, 3], but the context ends at byte 2");
  EXPECT_EQ(message(request_of("ab", {}, {{2, 1}})), "force_spans[0][0] is [2, 1]: its end is before its begin");
  CompressRequest two = request_of("ab", {}, {{0, 1}});
  two.context.emplace_back("c");
  EXPECT_EQ(message(two),
            "force_spans has 1 lists for 2 contexts: give one list per context, empty where there is nothing to keep");
}

TEST(ProtectTest, BytesThatAreNoCharacterMayBeCut) {
  EXPECT_TRUE(validate(request_of("a\xE2\x82", {}, {{0, 2}, {2, 3}})));
  EXPECT_TRUE(validate(request_of("\u20AC\x82", {}, {{0, 3}, {4, 4}})));
}

TEST(ProtectTest, EveryTouchedWordIsForced) {
  PreparedContext context = prepare("The order no. 12-A, due today.");
  force_touched_words(std::vector<ByteSpan>{{2, 3}, {12, 17}, {25, 26}}, context);
  std::string forced;
  for (std::size_t w = 0; w < context.n_words(); ++w) {
    if (context.forced[w] != 0) forced += std::string(context.document.words[w].span.of(context.text)) + "|";
  }
  EXPECT_EQ(forced, "The|.|12-A|today|");
}

}  // namespace
}  // namespace pith
