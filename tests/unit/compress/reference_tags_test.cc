#include "compress/reference_tags.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/json.h"

namespace pith {
namespace {

/// Segments as the recorded cases write them: [text, rate, compress].
json::value shown(std::string_view text, const Result<std::vector<ReferenceSegment>>& segments) {
  if (!segments) return nullptr;
  json::array out;
  for (const ReferenceSegment& segment : *segments) {
    out.push_back(json::array{segment.span.of(text), segment.rate, segment.compress});
  }
  return out;
}

TEST(ReferenceTagsTest, ReadsTheTableOfTheSpecification) {
  struct Case {
    std::string_view text, want;
  };
  constexpr std::array<Case, 12> kCases{{
      {"plain", R"([["plain", 0.5, true]])"},
      {"<llmlingua>a</llmlingua>mid<llmlingua, rate=0.3>b</llmlingua>", R"([["a", 0.5, true], ["b", 0.3, true]])"},
      {"<llmlingua, rate=0.3, compress=False>b</llmlingua>", R"([["b", 0.3, false]])"},
      {"<llmlingua, rate=0>b</llmlingua>", R"([["b", 0.5, true]])"},
      {"<llmlingua, rate=0, compress=False>b</llmlingua>", R"([["b", 1.0, false]])"},
      {"pre <llmlingua, rate=0.2>b</llmlingua>", R"([["b", 0.2, true]])"},
      {"<llmlingua, rate=0.2>a<b</llmlingua>", "[]"},
      {"<llmlingua rate=0.3>z</llmlingua>", "[]"},
      {"<llmlingua, compress=true>z</llmlingua>", "[]"},
      {"<llmlingua, rate=.2, rate=.3, compress=False>z</llmlingua>", R"([["z", 0.2, false]])"},
      {"", "[]"},
      {"<llmlingua></llmlingua>", "[]"},
  }};
  for (const Case& c : kCases) {
    EXPECT_EQ(shown(c.text, segment_reference_context(c.text, 0.5)), json::parse(c.want)) << c.text;
  }
}

TEST(ReferenceTagsTest, RatesThatAreNoneAreErrors) {
  EXPECT_EQ(segment_reference_context("<llmlingua, rate=1.2.3>z</llmlingua>", 0.5).error().message,
            "rate=1.2.3 in a tag is not a number");
  EXPECT_EQ(segment_reference_context("<llmlingua, rate=1.5>z</llmlingua>", 0.5).error().message,
            "rate=1.5 in a tag is above 1");
  EXPECT_FALSE(segment_reference_context("x", 1.5));
}

TEST(ReferenceTagsTest, AgreesWithTheLibraryOnRandomText) {
  std::ifstream file(PITH_SOURCE_DIR "/tests/data/structured/tag_cases.jsonl");
  std::size_t n_cases = 0;
  for (std::string line; std::getline(file, line); ++n_cases) {
    const json::value c = json::parse(line);
    const std::string text(c.at("text").as_string());
    EXPECT_EQ(shown(text, segment_reference_context(text, c.at("rate").to_number<double>())), c.at("want")) << line;
  }
  EXPECT_GT(n_cases, 200U);
}

TEST(ReferenceTagsTest, AMegabyteOfOpenTagsIsRead) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "<llmlingua,";
  text.append(100000, ' ');
  const auto segments = segment_reference_context(text, 0.5);
  ASSERT_TRUE(segments);
  EXPECT_TRUE(segments->empty());
}

TEST(ReferenceTagsTest, EqualRunsMerge) {
  const std::vector<ReferenceRun> runs{{3, 0.5, true}, {4, 0.5, true}, {1, 0.5, false}, {2, 0.2, false}};
  const std::vector<ReferenceRun> merged{{7, 0.5, true}, {1, 0.5, false}, {2, 0.2, false}};
  EXPECT_EQ(merge_reference_runs(runs), merged);
}

TEST(ReferenceTagsTest, ATokenTakesTheLowestRateItTouchesUnlessOneIsProtected) {
  // Tokens of two characters each; the runs end inside the first, at the end of the second, inside the fourth.
  const std::vector<ReferenceRun> runs{{1, 0.9, true}, {3, 0.4, true}, {3, 0.6, true}, {3, 1, false}};
  const auto two_each = [](std::size_t first, std::size_t last) { return 2 * (last - first); };
  const auto blocks = schedule_reference_tokens(5, 3, runs, two_each);
  ASSERT_TRUE(blocks);
  const std::vector<std::vector<ReferencePiece>> want{{{2, 0.4}, {1, 0.6}}, {{2, 1}}};
  EXPECT_EQ(*blocks, want);
  EXPECT_FALSE(schedule_reference_tokens(6, 3, runs, two_each));
}

}  // namespace
}  // namespace pith
