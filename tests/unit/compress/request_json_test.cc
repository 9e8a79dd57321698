#include "compress/request_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compress/validate.h"

namespace pith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ParsedRequest accepted(std::string_view text, const CompressRequest* defaults = nullptr) {
  auto parsed = parse_request(text, {.name = "test", .defaults = defaults});
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return parsed.value_or(ParsedRequest{});
}

TEST(RequestJsonTest, ReadsEveryField) {
  const ParsedRequest p = accepted(R"({
    "id": "a", "context": ["x", "y"], "independent_contexts": true, "instruction": "i", "question": "q",
    "method": "llmlingua2", "model": "m",
    "precision": "f32", "reference": true, "rate": 0.25, "target_token": 200, "threshold": 0.125, "tokenizer": "cl100k_base",
    "token_to_word": "first", "force_tokens": ["\n", "?"], "force_reserve_digit": true, "drop_consecutive": true,
    "force_patterns": ["a+", "b"], "force_spans": [[[0, 1]], []], "force_roles": ["system"], "keep_references": true,
    "minify": true,
    "chunk_end_tokens": ["!"], "use_context_level_filter": false, "use_token_level_filter": false,
    "force_context_ids": [1, 0], "target_context": 1, "context_level_rate": 0.5, "context_level_target_token": 7,
    "return_word_label": true, "word_sep": "|", "label_sep": "/", "return_word_scores": true})");
  const CompressRequest& r = p.request;
  EXPECT_EQ(r.id, "a");
  EXPECT_EQ(p.id_kind, IdKind::kString);
  EXPECT_THAT(r.context, ElementsAre("x", "y"));
  EXPECT_TRUE(r.independent_contexts);
  EXPECT_EQ(r.instruction, "i");
  EXPECT_EQ(r.question, "q");
  EXPECT_EQ(r.method, "llmlingua2");
  EXPECT_EQ(p.model, "m");
  EXPECT_EQ(p.precision, Precision::kF32);
  EXPECT_TRUE(r.reference);
  EXPECT_EQ(r.rate, 0.25);
  EXPECT_EQ(r.target_token, 200);
  EXPECT_EQ(r.threshold, 0.125);
  EXPECT_EQ(r.tokenizer, "cl100k_base");
  EXPECT_EQ(r.token_to_word, TokenToWord::kFirst);
  EXPECT_THAT(r.force_tokens, ElementsAre("\n", "?"));
  EXPECT_TRUE(r.force_reserve_digit);
  EXPECT_THAT(r.force_patterns, ElementsAre("a+", "b"));
  EXPECT_EQ(r.force_spans, (std::vector<std::vector<ByteSpan>>{{{0, 1}}, {}}));
  EXPECT_THAT(r.force_roles, ElementsAre("system"));
  EXPECT_TRUE(r.keep_references);
  EXPECT_TRUE(r.minify);
  EXPECT_EQ(request_json(accepted(request_json(p))), request_json(p));
  EXPECT_TRUE(r.drop_consecutive);
  EXPECT_THAT(r.chunk_end_tokens, ElementsAre("!"));
  EXPECT_EQ(r.use_context_level_filter, false);
  EXPECT_FALSE(r.use_token_level_filter);
  EXPECT_THAT(r.force_context_ids, ElementsAre(1, 0));
  EXPECT_EQ(r.target_context, 1);
  EXPECT_EQ(r.context_level_rate, 0.5);
  EXPECT_EQ(r.context_level_target_token, 7);
  EXPECT_TRUE(r.return_word_label);
  EXPECT_EQ(r.word_sep, "|");
  EXPECT_EQ(r.label_sep, "/");
  EXPECT_TRUE(r.return_word_scores);
  EXPECT_THAT(p.warnings, IsEmpty());
}

TEST(RequestJsonTest, FieldsNotGivenHaveTheirDefaults) {
  ParsedRequest standard;
  standard.request.context = {"x"};
  EXPECT_EQ(request_json(accepted(R"({"context": "x"})")), request_json(standard));
}

TEST(RequestJsonTest, NullMeansNotGivenForEveryFieldButContext) {
  const std::string expected = request_json(accepted(R"({"context": "x"})"));
  for (const std::string_view name : request_field_names()) {
    if (name == "context") continue;
    const ParsedRequest p = accepted("{\"context\": \"x\", \"" + std::string(name) + "\": null}");
    EXPECT_EQ(request_json(p), expected) << name;
    EXPECT_THAT(p.warnings, IsEmpty()) << name;
  }
}

TEST(RequestJsonTest, ContextIsAStringOrAList) {
  EXPECT_THAT(accepted(R"({"context": "x"})").request.context, ElementsAre("x"));
  EXPECT_THAT(accepted(R"({"context": ""})").request.context, ElementsAre(""));
  EXPECT_THAT(accepted(R"({"context": []})").request.context, IsEmpty());  // validate() refuses it
  EXPECT_THAT(accepted(R"({"context": ["a\u0000b", ""]})").request.context, ElementsAre(std::string("a\0b", 3), ""));
}

TEST(RequestJsonTest, WholeNumbersMayBeWrittenAsDecimals) {
  EXPECT_EQ(accepted(R"({"context": "x", "target_token": 200.0})").request.target_token, 200);
  EXPECT_EQ(accepted(R"({"context": "x", "target_token": 2e2})").request.target_token, 200);
  EXPECT_EQ(accepted(R"({"context": "x", "rate": 1})").request.rate, 1.0);
}

TEST(RequestJsonTest, MinusOneIsTheLibrarysUnsetTargetToken) {
  EXPECT_EQ(accepted(R"({"context": "x", "target_token": -1})").request.target_token, std::nullopt);
  EXPECT_EQ(accepted(R"({"context": "x", "target_token": -1.0, "rate": 0.3})").request.rate, 0.3);
}

TEST(RequestJsonTest, AGivenBudgetReplacesADefaultOfEitherKind) {
  CompressRequest with_rate;
  with_rate.rate = 0.4;
  EXPECT_EQ(accepted(R"({"context": "x"})", &with_rate).request.rate, 0.4);
  EXPECT_EQ(accepted(R"({"context": "x", "target_token": -1})", &with_rate).request.rate, 0.4);
  EXPECT_EQ(accepted(R"({"context": "x", "rate": null})", &with_rate).request.rate, 0.4);
  const ParsedRequest p = accepted(R"({"context": "x", "target_token": 9})", &with_rate);
  EXPECT_EQ(p.request.rate, std::nullopt);
  EXPECT_EQ(p.request.target_token, 9);
}

TEST(RequestJsonTest, IdsAreStringsOrWholeNumbers) {
  EXPECT_EQ(accepted(R"({"context": "x"})").id_kind, IdKind::kNone);
  const ParsedRequest integer = accepted(R"({"context": "x", "id": 18446744073709551615})");
  EXPECT_EQ(integer.id_kind, IdKind::kInteger);
  EXPECT_EQ(integer.request.id, "18446744073709551615");
}

TEST(RequestJsonTest, PeeksAtTheIdOfARefusedRequest) {
  EXPECT_EQ(peek_request_id(R"({"raet": 1, "id": "a"})").text, "a");
  EXPECT_EQ(peek_request_id(R"({"id": 7})").kind, IdKind::kInteger);
  for (const std::string_view text : {"", "{", "[]", R"({"x": 1})", R"({"id": {}})", R"({"id": 1.5})"}) {
    EXPECT_EQ(peek_request_id(text).kind, IdKind::kNone) << text;
  }
}

TEST(RequestJsonTest, WhatOnlyTheLibrarysOwnWrappersSetWarnsUnlessItIsTheDefault) {
  EXPECT_THAT(accepted(R"({"context": "x", "context_segs": []})").warnings, IsEmpty());
  EXPECT_THAT(accepted(R"({"context": "x", "context_segs": ["a"]})").warnings,
              ElementsAre("context_segs has no effect with method llmlingua2"));
}

struct Refusal {
  std::string_view text;
  ErrorCode code;
  std::string_view message;
};

TEST(RequestJsonTest, RefusesWithAMessageThatNamesTheFieldAndWhatWasFound) {
  constexpr ErrorCode kArgument = ErrorCode::kInvalidArgument;
  constexpr ErrorCode kField = ErrorCode::kUnknownField;
  const std::vector<Refusal> cases{
      {"", ErrorCode::kBadInput, "f.jsonl:3:1: not valid JSON: incomplete JSON"},
      {"{\"context\": x}", ErrorCode::kBadInput, "f.jsonl:3:13: not valid JSON: syntax error"},
      {"{} {}", ErrorCode::kBadInput, "f.jsonl:3:4: not valid JSON: extra data"},
      {"[{}]", ErrorCode::kBadInput, "f.jsonl:3: expected a JSON object, found a list"},
      {"7", ErrorCode::kBadInput, "f.jsonl:3: expected a JSON object, found a number"},
      {"{}", kArgument, "missing field \"context\": give the text to compress"},
      {R"({"raet": 1})", kField, R"(unknown field "raet"; did you mean "rate"?)"},
      {R"({"target-token": 1})", kField, R"(unknown field "target-token"; did you mean "target_token"?)"},
      {R"({"Context": "x"})", kField, R"(unknown field "Context"; did you mean "context"?)"},
      {R"({"ratio": 0.5})", kField, R"(unknown field "ratio"; did you mean "rate" (the share of tokens to keep)?)"},
      {R"({"whatever": 1})", kField, R"(unknown field "whatever")"},
      {R"({"context": null})", kArgument, "context: expected a string or a list of strings, found null"},
      {R"({"context": {"a": 1}})", kArgument, "context: expected a string or a list of strings, found an object"},
      {R"({"context": ["a", 7]})", kArgument, "context[1]: expected a string, found a number"},
      {R"({"context": ["a", null]})", kArgument, "context[1]: expected a string, found null"},
      {R"({"rate": "0.5"})", kArgument, "rate: expected a number, found a string"},
      {R"({"rate": true})", kArgument, "rate: expected a number, found true"},
      {R"({"rate": 1e400})", kArgument, "rate: expected a number, found one too large to represent"},
      {R"({"target_token": 1.5})", kArgument, "target_token: expected a whole number, found 1.5"},
      {R"({"target_token": 1e300})", kArgument, "target_token: expected a whole number, found 1e+300"},
      {R"({"target_token": 9223372036854775808})", kArgument,
       "target_token: expected a whole number, found 9.223372036854776e+18"},
      {R"({"target_token": []})", kArgument, "target_token: expected a whole number, found a list"},
      {R"({"reference": 1})", kArgument, "reference: expected true or false, found a number"},
      {R"({"reference": "true"})", kArgument, "reference: expected true or false, found a string"},
      {R"({"force_tokens": "\n"})", kArgument, "force_tokens: expected a list of strings, found a string"},
      {R"({"force_tokens": ["a", false]})", kArgument, "force_tokens[1]: expected a string, found false"},
      {R"({"force_context_ids": [0, "1"]})", kArgument,
       "force_context_ids[1]: expected a whole number, found a string"},
      {R"({"force_spans": [[0, 1]]})", kArgument,
       "force_spans[0][0]: expected a pair of byte offsets [begin, end], found a number"},
      {R"({"force_spans": [[[0, 1, 2]]]})", kArgument,
       "force_spans[0][0]: expected a pair of byte offsets [begin, end], found a list of 3"},
      {R"({"force_spans": [[[0, -1]]]})", kArgument,
       "force_spans[0][0][1]: expected a byte offset from 0 to 33554432, found -1"},
      {R"({"force_spans": [{}]})", kArgument, "force_spans[0]: expected a list of spans [begin, end], found an object"},
      {R"({"force_context_ids": 1})", kArgument, "force_context_ids: expected a list of whole numbers, found a number"},
      {R"({"id": 1.5})", kArgument, "id: expected a string or a whole number, found a number"},
      {R"({"id": true})", kArgument, "id: expected a string or a whole number, found true"},
      {R"({"model": 1})", kArgument, "model: expected a string, found a number"},
      {R"({"precision": "in8"})", kArgument, R"(precision: unknown value "in8"; did you mean "int8"?)"},
      {R"({"precision": "double"})", kArgument,
       R"(precision: unknown value "double"; use "int8" or "bf16" or "f16" or "f32")"},
      {R"({"precision": 8})", kArgument, "precision: expected a string, found a number"},
      {R"({"token_to_word": "median"})", kArgument, R"(token_to_word: unknown value "median"; did you mean "mean"?)"},
      {R"({"iterative_size": "200"})", kArgument, "iterative_size: expected a whole number, found a string"},
      {R"({"keep_split": 0})", kArgument, "keep_split: expected true or false, found a number"},
      {R"({"context_segs": {}})", kArgument, "context_segs: expected a list, found an object"},
      {R"({"rank_method": []})", kArgument, "rank_method: expected a string, found a list"},
  };
  for (const Refusal& c : cases) {
    const auto parsed = parse_request(c.text, {.name = "f.jsonl", .first_line = 3});
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error(), (Error{c.code, std::string(c.message)})) << c.text;
  }
}

TEST(RequestJsonTest, AVeryLongUnknownNameIsCutInTheMessage) {
  const auto parsed = parse_request("{\"" + std::string(100000, 'x') + "\": 1}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "unknown field \"" + std::string(64, 'x') + "...\"");
}

TEST(RequestJsonTest, InvalidUtf8IsNotJson) {
  const auto parsed = parse_request("{\"context\": \"a\xFF\"}", {.name = "f"});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kBadInput);
}

TEST(RequestJsonTest, WritesWhatItReads) {
  for (const std::string_view text :
       {R"({"context": "x"})", R"({"id": 5, "context": ["a", "b\n"], "rate": 0.1})",
        R"({"id": "5", "context": [], "target_token": 7, "precision": "int8", "model": ""})",
        R"({"context": "\u0000\ud83d\ude42", "use_context_level_filter": true})"}) {
    const std::string once = request_json(accepted(text));
    EXPECT_EQ(request_json(accepted(once)), once) << text;
  }
}

}  // namespace
}  // namespace pith
