#include "compress/tagged_segments.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pith {
namespace {

std::string shown(std::string_view text) {
  const auto segments = parse_tagged_segments(text);
  if (!segments) return segments.error().message;
  std::string out;
  std::uint32_t at = 0;
  for (const TaggedSegment& segment : *segments) {
    const std::uint32_t begin = segment.opening_tag.empty() ? segment.span.begin : segment.opening_tag.begin;
    EXPECT_EQ(begin, at) << "the segments tile the text";
    at = segment.closing_tag.empty() ? segment.span.end : segment.closing_tag.end;
    out += fmt::format("[{}{}{}]", segment.span.of(text), segment.rate ? fmt::format(" @{}", *segment.rate) : "",
                       segment.compress ? "" : " kept");
  }
  EXPECT_EQ(at, text.size());
  return out;
}

TEST(TaggedSegmentsTest, ReadsSegmentsAndWhatStandsOutside) {
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("plain"), "[plain]");
  EXPECT_EQ(shown("<llmlingua>a</llmlingua>mid<llmlingua, rate=0.3>b</llmlingua>"), "[a][mid][b @0.3]");
  EXPECT_EQ(shown("<llmlingua, rate=0.3, compress=False>b</llmlingua>"), "[b @0.3 kept]");
  EXPECT_EQ(shown("<llmlingua , compress = true , rate = '0.25' >b</llmlingua >"), "[b @0.25]");
  EXPECT_EQ(shown("<llmlingua, rate=0>b</llmlingua>"), "[b @0]");
  EXPECT_EQ(shown("<llmlingua></llmlingua>"), "[]");
  EXPECT_EQ(shown("<llmlingua, rate=0.2>a<b </p></llmlingua>"), "[a<b </p> @0.2]");
  EXPECT_EQ(shown("<llmlinguas>x"), "[<llmlinguas>x]");
}

TEST(TaggedSegmentsTest, ErrorsNameThePlaceAndTheNextStep) {
  EXPECT_EQ(shown("one\ntwo <llmlingua>a<llmlingua>b</llmlingua></llmlingua>"),
            "line 2, column 17: a segment inside a segment: close the outer one with </llmlingua> first");
  EXPECT_EQ(
      shown("x</llmlingua>"),
      "line 1, column 2: </llmlingua> closes a segment that was not opened: put <llmlingua> before it, or remove it");
  EXPECT_EQ(shown("<llmlingua>x"), "line 1, column 1: this segment is not closed: put </llmlingua> where it ends");
  EXPECT_EQ(shown("<llmlingua rate=0.3>z</llmlingua>"),
            "line 1, column 12: a comma must stand before an attribute: write <llmlingua, rate=0.4, compress=true>");
  EXPECT_EQ(shown("<llmlingua, rat=0.3>z</llmlingua>"),
            "line 1, column 13: unknown attribute \"rat\"; did you mean \"rate\"?");
  EXPECT_EQ(shown("<llmlingua, rate=1.5>z</llmlingua>"),
            "line 1, column 18: rate is \"1.5\": give a number from 0 to 1");
  EXPECT_EQ(shown("<llmlingua, rate=0.1, rate=0.2>z</llmlingua>"),
            "line 1, column 23: rate is given twice: remove one");
  EXPECT_EQ(shown("<llmlingua, compress=maybe>z</llmlingua>"),
            "line 1, column 22: compress is \"maybe\": give true or false");
  EXPECT_EQ(shown("<llmlingua"),
            "line 1, column 1: this tag is not closed: write <llmlingua> or <llmlingua, rate=0.4>");
  EXPECT_EQ(shown("<llmlingua>a</llmlingua"), "line 1, column 13: this closing tag is not </llmlingua>");
}

}  // namespace
}  // namespace pith
