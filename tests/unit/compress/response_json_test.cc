#include "compress/response_json.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"

namespace pith {
namespace {

CompressResult small_result() {
  CompressResult result;
  result.id = std::string("a");
  result.compressed_prompt = std::string("three");
  result.compressed_prompt_list = {"three"};
  result.kept_context_ids = {1};
  result.origin_tokens = 10;
  result.compressed_tokens = 4;
  result.tokenizer = std::string("o200k_base");
  result.spans = {{}, {{4, 9}}};
  result.timings_ms.total = 1.23456;
  return result;
}

TEST(ResponseJsonTest, HasTheLibrarysKeysAndPithsOwn) {
  EXPECT_EQ(
      response_json(small_result(), {IdKind::kString, true}),
      R"({"id":"a","compressed_prompt":"three","compressed_prompt_list":["three"],"origin_tokens":10,)"
      R"("compressed_tokens":4,"ratio":"2.5x","rate":"40.0%","saving":", Saving $0.0 in GPT-4.",)"
      R"("tokenizer":"o200k_base","kept_context_ids":[1],"spans":[[],[[4,9]]],)"
      R"("timings_ms":{"segment":0.000,"tokenize":0.000,"score":0.000,"select":0.000,"render":0.000,"total":1.235},)"
      R"("warnings":[]})");
}

TEST(ResponseJsonTest, LabelsScoresAndTimesOnlyWhereTheyAre) {
  CompressResult result = small_result();
  result.fn_labeled_original_prompt = std::string("one 0");
  result.word_scores = {{}, {{{0, 3}, 0.25F, false}, {{4, 9}, 1, true}}};
  const std::string text = response_json(result, {IdKind::kNone, false});
  EXPECT_NE(text.find(R"("fn_labeled_original_prompt":"one 0")"), std::string::npos);
  EXPECT_NE(text.find(R"("word_scores":[[],[[0,3,0.25],[4,9,1]]])"), std::string::npos);
  EXPECT_EQ(text.find("timings_ms"), std::string::npos);
  EXPECT_TRUE(text.starts_with(R"({"id":null,)"));
}

TEST(ResponseJsonTest, SaysThatItReplacedBytes) {
  CompressResult result = small_result();
  result.compressed_prompt = std::string("a\xFF");
  result.warnings = {"first"};
  const auto parsed = parse_json(response_json(result), "test");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->at("compressed_prompt").as_string(), "a\uFFFD");
  EXPECT_EQ(parsed->at("warnings").as_array().size(), 2U);
}

TEST(ResponseJsonTest, ErrorsHaveACodeAndAMessage) {
  const Error error{ErrorCode::kBudgetTooSmall, "say \"no\""};
  EXPECT_EQ(error_json(error, {}), R"({"id":null,"error":{"code":"budget_too_small","message":"say \"no\""}})");
  EXPECT_EQ(error_json(error, {"7", IdKind::kInteger}, 12),
            R"({"id":7,"line":12,"error":{"code":"budget_too_small","message":"say \"no\""}})");
}

}  // namespace
}  // namespace pith
