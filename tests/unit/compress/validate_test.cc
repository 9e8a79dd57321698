#include "compress/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace pith {
namespace {

CompressRequest good() {
  CompressRequest request;
  request.context = {"a", "b", "c"};
  return request;
}

struct Case {
  std::function<void(CompressRequest*)> change;
  ErrorCode code;
  std::string message;
};

TEST(ValidateTest, RefusesWithAMessageThatNamesTheValueAndTheNextStep) {
  using R = CompressRequest;
  constexpr ErrorCode kArgument = ErrorCode::kInvalidArgument;
  const std::string rate = ", outside (0, 1]: give the share of tokens to keep, e.g. 0.33";
  const std::vector<Case> cases{
      {[](R* r) { r->rate = 0; }, kArgument, "rate is 0" + rate},
      {[](R* r) { r->rate = -0.0; }, kArgument, "rate is -0" + rate},
      {[](R* r) { r->rate = 1.0000001; }, kArgument, "rate is 1.0000001" + rate},
      {[](R* r) { r->rate = std::nan(""); }, kArgument, "rate is nan" + rate},
      {[](R* r) { r->rate = std::numeric_limits<double>::infinity(); }, kArgument, "rate is inf" + rate},
      {[](R* r) { r->target_token = 0; }, kArgument, "target_token is 0: give a positive number of tokens to keep"},
      {[](R* r) { r->target_token = -5; }, kArgument, "target_token is -5: give a positive number of tokens to keep"},
      {[](R* r) { r->rate = 0.5, r->target_token = 7; }, kArgument,
       "rate (0.5) and target_token (7) are both given: give one of them"},
      {[](R* r) { r->context.clear(); }, kArgument, "context is empty: give at least one text"},
      {[](R* r) { r->method = std::string("llmlingua3"); }, ErrorCode::kUnknownField,
       "unknown method \"llmlingua3\"; did you mean \"llmlingua2\"?"},
      {[](R* r) { r->threshold = 1.0; }, kArgument,
       "threshold is 1, outside [0, 1): give the score that a word must exceed, e.g. 0.5"},
      {[](R* r) { r->threshold = -0.1; }, kArgument,
       "threshold is -0.1, outside [0, 1): give the score that a word must exceed, e.g. 0.5"},
      {[](R* r) { r->threshold = std::nan(""); }, kArgument,
       "threshold is nan, outside [0, 1): give the score that a word must exceed, e.g. 0.5"},
      {[](R* r) { r->threshold = 0.3, r->reference = true; }, kArgument,
       "threshold has no counterpart in the library's llmlingua2: leave out reference, or use method "
       "\"securitylingua\""},
      {[](R* r) { r->method = std::string("lmlingua2"); }, ErrorCode::kUnknownField,
       "unknown method \"lmlingua2\"; did you mean \"llmlingua2\"?"},
      {[](R* r) {
         r->force_roles = {"system", "**"};
       },
       kArgument, "force_roles[1] \"**\" has no letter or digit: give a role's name, e.g. system"},
      {[](R* r) { r->force_roles = {""}; }, kArgument,
       "force_roles[0] is an empty string: remove it or give the text to look for"},
      {[](R* r) { r->minify = r->reference = true; }, kArgument,
       "minify has no counterpart in the library: leave out minify or reference"},
      {[](R* r) { r->keep_references = r->reference = true; }, kArgument,
       "keep_references has no counterpart in the library: leave out keep_references or reference"},
      {[](R* r) { r->force_tokens.assign(101, "x"); }, kArgument,
       "force_tokens has 101 entries, more than the limit of 100: give fewer"},
      {[](R* r) {
         r->force_tokens = {"a", ""};
       },
       kArgument, "force_tokens[1] is an empty string: remove it or give the text to look for"},
      {[](R* r) { r->force_tokens = {std::string(1025, 'x')}; }, kArgument,
       "force_tokens[0] has 1025 bytes, more than the limit of 1024: give a word or a phrase"},
      {[](R* r) { r->chunk_end_tokens.assign(101, "x"); }, kArgument,
       "chunk_end_tokens has 101 entries, more than the limit of 100: give fewer"},
      {[](R* r) { r->word_sep.assign(257, '-'); }, kArgument,
       "word_sep has 257 bytes, more than the limit of 256: give a shorter one"},
      {[](R* r) { r->label_sep.assign(257, '-'); }, kArgument,
       "label_sep has 257 bytes, more than the limit of 256: give a shorter one"},
      {[](R* r) { r->target_context = 0; }, kArgument, "target_context is 0: give a positive number, or -1 for none"},
      {[](R* r) { r->target_context = -2; }, kArgument, "target_context is -2: give a positive number, or -1 for none"},
      {[](R* r) { r->context_level_target_token = 0; }, kArgument,
       "context_level_target_token is 0: give a positive number, or -1 for none"},
      {[](R* r) { r->context_level_rate = 0; }, kArgument,
       "context_level_rate is 0, outside (0, 1]: give the share to keep, or 1 for all"},
      {[](R* r) { r->context_level_rate = std::nan(""); }, kArgument,
       "context_level_rate is nan, outside (0, 1]: give the share to keep, or 1 for all"},
      {[](R* r) {
         r->force_context_ids = {0, 3};
       },
       kArgument, "force_context_ids[1] is 3: contexts are counted from 0, and the last of the 3 given is 2"},
      {[](R* r) { r->force_context_ids = {-1}; }, kArgument,
       "force_context_ids[0] is -1: contexts are counted from 0, and the last of the 3 given is 2"},
      {[](R* r) {
         r->context = {std::string(kMaxInputBytes - 2, 'x'), "y"};
       },
       ErrorCode::kTooLarge,
       "the input has 33554433 bytes, more than the limit of 33554432 (32 MiB): split it into several requests"},
      {[](R* r) { r->question.assign(kMaxInputBytes, 'x'); }, ErrorCode::kTooLarge,
       "the input has 33554439 bytes, more than the limit of 33554432 (32 MiB): split it into several requests"},
  };
  for (const Case& c : cases) {
    CompressRequest request = good();
    c.change(&request);
    const auto valid = validate(request);
    ASSERT_FALSE(valid) << c.message;
    EXPECT_EQ(valid.error(), (Error{c.code, c.message}));
  }
}

TEST(ValidateTest, AcceptsTheEdgesOfTheRanges) {
  using R = CompressRequest;
  const std::vector<std::function<void(R*)>> cases{
      [](R*) {},
      [](R* r) { r->rate = 1; },
      [](R* r) { r->rate = std::numeric_limits<double>::denorm_min(); },
      [](R* r) { r->target_token = std::numeric_limits<std::int64_t>::max(); },
      [](R* r) { r->context = {""}; },
      [](R* r) {
        r->context = {std::string(kMaxInputBytes - 3, 'x'), "y"};
      },
      [](R* r) { r->force_tokens.assign(100, std::string(1024, 'x')); },
      [](R* r) { r->chunk_end_tokens.clear(); },
      [](R* r) { r->word_sep.clear(); },
      [](R* r) {
        r->force_context_ids = {2, 2, 0};
      },
      [](R* r) { r->target_context = 99; },
      [](R* r) { r->threshold = 0.0; },
      [](R* r) { r->method = "securitylingua", r->threshold = 0.999, r->target_token = 5; },
      [](R* r) { r->method = "securitylingua", r->threshold = 0.3, r->reference = true; },
  };
  for (const auto& change : cases) {
    CompressRequest request = good();
    change(&request);
    const auto valid = validate(request);
    EXPECT_TRUE(valid) << valid.error().message;
  }
}

TEST(ValidateTest, ReferenceModeKeepsTheLibrarysRules) {
  CompressRequest request = good();
  request.reference = true;
  request.rate = 0.5;
  request.target_token = 0;
  request.target_context = 0;
  request.context_level_target_token = 0;
  request.force_context_ids = {9};
  EXPECT_TRUE(validate(request));
  request.rate = 0;  // the library's percentile fails on it
  EXPECT_FALSE(validate(request));
}

TEST(ValidateTest, WarnsOfFieldsTheMethodDoesNotUse) {
  CompressRequest request = good();
  EXPECT_THAT(unused_field_warnings(request), ::testing::IsEmpty());
  request.instruction = std::string("i");
  request.question = std::string("q");
  EXPECT_THAT(unused_field_warnings(request),
              ::testing::ElementsAre("instruction has no effect with method llmlingua2"));
  request.method = "securitylingua";
  EXPECT_THAT(unused_field_warnings(request),
              ::testing::ElementsAre("question has no effect with method securitylingua"));
}

TEST(ValidateTest, WarnsOfWhatOnlyCausalModelsHeed) {
  CompressRequest request = good();
  request.iterative_size = 100;
  request.force_context_number = 2;
  request.token_budget_ratio = 1.5;
  EXPECT_THAT(unused_field_warnings(request),
              ::testing::ElementsAre("iterative_size has no effect with method llmlingua2",
                                     "force_context_number has no effect with method llmlingua2",
                                     "token_budget_ratio has no effect with method llmlingua2"));
  request.method = "llmlingua";
  EXPECT_THAT(unused_field_warnings(request), ::testing::IsEmpty());
}

TEST(ValidateTest, RefusesRankingsThatMakeNoSense) {
  const std::pair<void (*)(CompressRequest&), std::string_view> cases[] = {
      {[](CompressRequest& r) { r.rank_method = "longllmlingua"; }, "there is none: give question"},
      {[](CompressRequest& r) { r.condition_in_question = "during"; }, "condition_in_question \"during\""},
      {[](CompressRequest& r) { r.reorder_context = "sorted"; }, "did you mean \"sort\""},
      {[](CompressRequest& r) { r.dynamic_context_compression_ratio = 1.5; }, "outside 0 to 1"},
      {[](CompressRequest& r) { r.context_budget = "abc"; }, "context_budget \"abc\""},
      {[](CompressRequest& r) { r.context_budget = "/0"; }, "divides by zero"},
      {[](CompressRequest& r) { r.iterative_size = 0; }, "iterative_size is 0"},
      {[](CompressRequest& r) { r.reduce_level = "word"; }, "reduce_level \"word\""},
      {[](CompressRequest& r) { r.method = "taco"; }, "not available in this version"},
      {[](CompressRequest& r) {
         r.method = "random";
         r.reference = true;
       },
       "leave out reference"},
  };
  for (const auto& [change, message] : cases) {
    CompressRequest request = good();
    request.context = {"a b", "c d"};
    change(request);
    const auto result = validate(request);
    ASSERT_FALSE(result) << message;
    EXPECT_THAT(result.error().message, ::testing::HasSubstr(message));
  }
}

TEST(ValidateTest, AQuestionAndAThresholdContradict) {
  CompressRequest request = good();
  request.question = std::string("q");
  EXPECT_TRUE(validate(request));
  request.threshold = 0.5;
  EXPECT_FALSE(validate(request));
}

TEST(ValidateTest, AJsonConfigurationIsForOneJsonObject) {
  CompressRequest request = good();
  request.context = {R"({"a": "b"})"};
  request.json_config = R"({"a": {"rate": 0.5, "compress": true, "pair_remove": false, "value_type": "str"}})";
  EXPECT_TRUE(validate(request));
  request.format = "csv";
  EXPECT_FALSE(validate(request));
  request.format = "json";
  request.structured = true;
  EXPECT_FALSE(validate(request));
  request.structured = false;
  request.context.push_back("{}");
  EXPECT_FALSE(validate(request));
  request.context.pop_back();
  request.json_config = "{";
  EXPECT_FALSE(validate(request));
}

}  // namespace
}  // namespace pith
