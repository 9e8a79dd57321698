// Structured prompts in the default mode, from tags to bytes.
#include <gtest/gtest.h>

#include "compress/llmlingua2.h"
#include "support/fake_classifier.h"
#include "support/fake_counter.h"

namespace pith {
namespace {

constexpr std::string_view kTalk =
    "Well, I think that the budget for the museum is about 40 thousand dollars, and we agreed to send it on Monday. "
    "Nobody else said anything about it, so the chair closed the meeting after half an hour of talk.";

class StructuredPromptTest : public ::testing::Test {
 protected:
  Result<CompressResult> compress(const std::string& text, std::optional<double> rate = {}) {
    CompressRequest request;
    request.context = {text};
    request.structured = true;
    request.rate = rate;
    return compress_llmlingua2(request, classifier_, counter_, {});
  }
  [[nodiscard]] std::int64_t count(std::string_view text) const {
    return static_cast<std::int64_t>(counter_.count(text));
  }

  FakeClassifier classifier_;
  FakeCounter counter_;
};

TEST_F(StructuredPromptTest, KeepsUncompressedSegmentsByteForByte) {
  const std::string kept = "  Exactly\tthis,  \"as it is\" \n";
  const std::string text =
      "<llmlingua, compress=false>" + kept + "</llmlingua><llmlingua, rate=0.4>" + std::string(kTalk) + "</llmlingua>";
  for (const double rate : {0.1, 0.5, 1.0}) {
    const auto result = compress(text, rate);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->compressed_prompt.substr(0, kept.size()), kept);
    EXPECT_EQ(result->compressed_prompt.find("llmlingua"), std::string::npos);
    EXPECT_EQ(result->origin_tokens, count(kept + std::string(kTalk)));
    const std::int64_t rest = count(result->compressed_prompt.substr(kept.size()));
    EXPECT_LE(rest, count(kTalk) * 4 / 10);
    EXPECT_GE(rest, count(kTalk) * 4 / 10 - 4);
  }
}

TEST_F(StructuredPromptTest, GivesEachSegmentItsOwnRate) {
  const std::string talk(kTalk);
  const auto result = compress("<llmlingua, rate=1>" + talk + "</llmlingua>\n<llmlingua, rate=0>" + talk +
                                   "</llmlingua>\n<llmlingua, rate=0.25>" + talk + "</llmlingua>",
                               0.5);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->compressed_prompt.starts_with(talk + "\n"));
  const std::int64_t rest = count(result->compressed_prompt.substr(talk.size() + 1));
  EXPECT_LE(rest, count(talk) / 4);
  EXPECT_GE(rest, count(talk) / 4 - 4);
}

TEST_F(StructuredPromptTest, TextOutsideTagsSharesTheRequestsBudget) {
  const std::string talk(kTalk);
  const auto result = compress(talk + "<llmlingua, compress=false>\n--\n</llmlingua>" + talk, 0.5);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NE(result->compressed_prompt.find("\n--\n"), std::string::npos);
  EXPECT_LE(result->compressed_tokens, count(talk) + 3);
  EXPECT_GE(result->compressed_tokens, count(talk) - 4);
}

TEST_F(StructuredPromptTest, RemovingTagsMergesNoWords) {
  const auto result = compress("one<llmlingua, compress=false>two</llmlingua>three", 1.0);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->compressed_prompt, "one two three");
}

TEST_F(StructuredPromptTest, RefusesNestedTagsWithLineAndColumn) {
  const auto result = compress("a\n<llmlingua><llmlingua>b</llmlingua></llmlingua>");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(result.error().message,
            "line 2, column 12: a segment inside a segment: close the outer one with </llmlingua> first");
}

}  // namespace
}  // namespace pith
