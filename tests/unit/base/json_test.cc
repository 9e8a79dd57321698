#include "base/json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pith {
namespace {

TEST(JsonTest, ParsesADocumentWithSpaceAroundIt) {
  const auto value =
      parse_json(" \r\n{\"rate\": 0.5, \"context\": [\"a\", \"\\u00e9\"], \"rate\": 0.25}\n\t ", "request");
  ASSERT_TRUE(value.has_value()) << value.error().message;
  EXPECT_EQ(value->at("rate").as_double(), 0.25);  // duplicate keys: last wins
  EXPECT_EQ(value->at("context").at(1).as_string(), "\xC3\xA9");
}

TEST(JsonTest, SaysWhereADocumentBreaks) {
  struct Case {
    std::string text;
    std::string place;
  };
  const std::vector<Case> cases = {
      {"", "in.json:1:1: "},
      {"{", "in.json:1:2: "},
      {"[1, 2", "in.json:1:6: "},
      {"{\n  \"a\": 1,\n  \"b\": x\n}", "in.json:3:8: "},
      {"{\"a\": 1}\n\n  2", "in.json:3:3: "},
      {"[\"\xC3\xA9\", ?]", "in.json:1:8: "},  // columns are bytes
      {"nul", "in.json:1:4: "},
      {"[1]\r\n]", "in.json:2:1: "},
  };
  for (const Case& c : cases) {
    const auto value = parse_json(c.text, "in.json");
    ASSERT_FALSE(value.has_value()) << c.text;
    EXPECT_EQ(value.error().code, ErrorCode::kBadInput);
    EXPECT_EQ(value.error().message.rfind(c.place + "not valid JSON: ", 0), 0U) << c.text << "\n"
                                                                                << value.error().message;
  }
}

TEST(JsonTest, CountsLinesFromTheOneItIsTold) {
  const auto value = parse_json("{\"a\":}", "batch.jsonl", 42);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().message.rfind("batch.jsonl:42:6: ", 0), 0U) << value.error().message;
}

TEST(JsonTest, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(64), "x").has_value());
  EXPECT_FALSE(parse_json(nested(65), "x").has_value());
  EXPECT_FALSE(parse_json(std::string(1U << 20U, '['), "x").has_value());
}

TEST(JsonTest, RefusesInvalidUtf8AndBareControls) {
  EXPECT_FALSE(parse_json("\"\xFF\"", "x").has_value());
  EXPECT_FALSE(parse_json("\"a\nb\"", "x").has_value());
  EXPECT_FALSE(parse_json("NaN", "x").has_value());
}

}  // namespace
}  // namespace pith
