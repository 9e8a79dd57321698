#include "compress/render.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "support/prepare.h"
#include "text/structure/tree_builder.h"

namespace pith {
namespace {

using testing::keep;
using testing::prepare;

std::string rendered(std::string_view text, const std::vector<std::string_view>& kept, RenderOptions options = {}) {
  const PreparedContext context = prepare(text);
  std::string out;
  render(context, keep(context, kept), options, &out);
  return out;
}

struct RenderCase {
  const char* name;
  std::string_view text;
  std::vector<std::string_view> kept;
  std::string_view expected;
};

class RenderCaseTest : public ::testing::TestWithParam<RenderCase> {};

TEST_P(RenderCaseTest, KeepsForm) { EXPECT_EQ(rendered(GetParam().text, GetParam().kept), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    RenderTest, RenderCaseTest,
    ::testing::Values(
        RenderCase{"NeighboursKeepTheirGap", "one  two\tthree", {"one", "two"}, "one  two"},
        RenderCase{"ADroppedWordLeavesOneGap", "one two three", {"one", "three"}, "one three"},
        RenderCase{"ALineBreakSurvivesWithTheIndentationBehindIt", "a b\n  c d", {"a", "d"}, "a\n  d"},
        RenderCase{"WindowsLineEndsSurvive", "a b\r\nc d", {"a", "d"}, "a\r\nd"},
        RenderCase{"ABlankLineSurvivesTheLinesThatFollowIt", "a\n\nb\nc", {"a", "c"}, "a\n\nc"},
        RenderCase{"ManyBlankLinesBecomeOneWhenTheirNeighboursGo", "a b\n\n\n\nc d", {"a", "d"}, "a\n\nd"},
        RenderCase{"ClosingPunctuationAttaches", "one two three.", {"one", "."}, "one."},
        RenderCase{"NothingIsAddedBehindAnOpeningBracket", "see (the big one) now", {"(", "one", ")"}, "(one)"},
        RenderCase{"GluedWordsDoNotMerge", "call foo(bar) now", {"foo", "bar"}, "foo bar"},
        RenderCase{
            "CjkWordsStayTogether", "\u6211\u559C\u6B22\u82F9\u679C", {"\u6211", "\u82F9\u679C"}, "\u6211\u82F9\u679C"},
        RenderCase{"TheFirstKeptWordKeepsItsLinesIndentation", "x\n    return y", {"return", "y"}, "    return y"},
        RenderCase{"NothingKeptIsNothing", "one two", {}, ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(RenderTest, EverythingKeptIsTheInputByteForByte) {
  const std::string text = " \n one\ttwo \xFF\xC3 three.\r\n\r\nfour \n";
  const PreparedContext context = prepare(text);
  std::string out;
  render(context, std::vector<std::uint8_t>(context.n_words(), 1), {}, &out);
  EXPECT_EQ(out, text);
}

TEST(RenderTest, ForcedLineBreaksAreAllCopied) {
  EXPECT_EQ(rendered("a\nb\n\nc\nd", {"a", "d"}, {.keep_line_breaks = true}), "a\n\n\n\nd");
  EXPECT_EQ(rendered("a\nb\n\nc\nd", {"a", "d"}, {.keep_line_breaks = true, .drop_consecutive = true}), "a\n\nd");
}

TEST(RenderTest, DropConsecutiveKeepsTheFirstOfEqualForcedUnits) {
  PreparedContext context = prepare("a ? b ? c ?");
  mark_forced(make_force_rules(std::vector<std::string>{"?"}, false), context);
  std::string out;
  std::vector<std::uint8_t> emitted;
  render(context, keep(context, {"?", "c"}), {.drop_consecutive = true}, &out, nullptr, &emitted);
  EXPECT_EQ(out, "? c ?");
  EXPECT_EQ(emitted, (std::vector<std::uint8_t>{0, 1, 0, 0, 1, 1}));
}

/// The laws of section 2 of the design on random texts and random choices.
TEST(RenderTest, CopiesAscendingDisjointSpansAndAddsOnlySingleSpaces) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"word", "a",    "3.14",   ".",          ",",      " ",   "\n",
                                           "\r\n", "\n\n", "  ",     "(",          ")",      "\"",  "-",
                                           "\xFF", "\t",   "\u6211", "na\u00EFve", "\u0301", "x=1", "\r"};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t n = random() % 40; n > 0; --n) text += pieces[random() % pieces.size()];
    const PreparedContext context = prepare(text);
    std::vector<std::uint8_t> kept(context.n_words());
    for (auto& k : kept) k = random() % 2 == 0 ? 1 : 0;
    std::string out;
    std::vector<ByteSpan> spans;
    std::vector<std::uint8_t> emitted;
    render(context, kept, {}, &out, &spans, &emitted);
    EXPECT_EQ(emitted, kept);
    // Walk the output: each span's bytes in order, at most one added space between two of them.
    std::size_t at = 0;
    std::uint32_t last_end = 0;
    for (const ByteSpan span : spans) {
      ASSERT_GE(span.begin, last_end);
      ASSERT_LT(span.begin, span.end);
      last_end = span.end;
      const std::string_view bytes = span.of(text);
      if (out.compare(at, bytes.size(), bytes) != 0) {
        ASSERT_EQ(out[at], ' ') << text;
        ++at;
      }
      ASSERT_EQ(out.compare(at, bytes.size(), bytes), 0) << text;
      at += bytes.size();
    }
    ASSERT_EQ(at, out.size());
    // Every kept word lies in the spans.
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      if (kept[w] == 0) continue;
      const ByteSpan word = context.document.words[w].span;
      const bool is_copied = std::any_of(
          spans.begin(), spans.end(), [&](ByteSpan span) { return span.begin <= word.begin && word.end <= span.end; });
      ASSERT_TRUE(is_copied);
    }
  }
}

TEST(RenderTest, MarkersTellHowManyLinesWereLeftOut) {
  const std::string_view text = "a one\nb two\nc three\nd four\ne five\n";
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  for (std::uint32_t at = 0; at < text.size();) {
    const auto end = static_cast<std::uint32_t>(text.find('\n', at));
    tree.leaf(Kind::kLogLine, Policy::kWhole, {at, end});
    at = end + 1;
  }
  const PreparedContext context = prepare(text, 0.5F, {}, tree.finish("log"));
  const auto rendered = [&](const std::vector<std::string_view>& kept, bool markers) {
    std::string out;
    render(context, keep(context, kept), {.markers = markers}, &out);
    return out;
  };
  EXPECT_EQ(rendered({"a", "one", "d", "four"}, true), "a one\n[2 lines left out]\nd four\n[1 line left out]");
  EXPECT_EQ(rendered({"c", "three"}, true), "[2 lines left out]\nc three\n[2 lines left out]");
  EXPECT_EQ(rendered({"c", "three"}, false), "c three");
}

}  // namespace
}  // namespace pith
