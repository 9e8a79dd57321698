#include "compress/json_config.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/json.h"
#include "support/random_prune.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

constexpr std::string_view kText =
    R"({"id": 7, "bio": "born in a town by the sea", "tags": ["a", "b"], "w\u00e9b": "http://x.y", "meta": {"a": 1, "b": "the end of the story told"}})";
constexpr std::string_view kYaml = R"(# what to keep
id:
  rate: 1
  compress: false
  pair_remove: false
  value_type: int
bio:
  rate: 0.5
  compress: true
  pair_remove: false
  value_type: 'str'
"tags":   # may go
    rate: 0.2
    compress: True
    pair_remove: True
    value_type: list
wéb: 
  rate: 1.0
  compress: true
  pair_remove: true
  value_type: str
meta:
  rate: 0.3
  compress: False
  pair_remove: true
  value_type: dict
)";

Structure structure_of(std::string_view text) {
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  EXPECT_TRUE(add_json(text, {0, static_cast<std::uint32_t>(text.size())}, {}, tree));
  tree.node(0).policy = Policy::kGroup;
  return tree.finish("json");
}

TEST(JsonConfigTest, YamlAndJsonReadAlike) {
  const auto yaml = parse_json_config(kYaml, "config");
  ASSERT_TRUE(yaml) << yaml.error().message;
  ASSERT_EQ(yaml->keys.size(), 5U);
  EXPECT_EQ(yaml->keys[2].key, "tags");
  EXPECT_EQ(yaml->find("bio")->rate, 0.5);
  EXPECT_TRUE(yaml->find("id")->is_verbatim() && yaml->find("w\xC3\xA9"
                                                            "b")
                                                     ->is_verbatim());
  EXPECT_EQ(yaml->find("tags")->value_type, JsonValueType::kList);
  const auto json = parse_json_config(
      R"({"bio": {"rate": 0.5, "compress": true, "pair_remove": false, "value_type": "string"}})", "config");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->keys[0].rate, yaml->find("bio")->rate);
  EXPECT_EQ(json->keys[0].value_type, JsonValueType::kString);
}

TEST(JsonConfigTest, VerbatimPairsStayAndOthersGetTheirRate) {
  const auto config = parse_json_config(kYaml, "config");
  Structure structure = structure_of(kText);
  const auto rates = apply_json_config(*config, kText, structure);
  ASSERT_TRUE(rates) << rates.error().message;
  EXPECT_EQ(broken_structure_law(structure, kText), "");
  EXPECT_EQ(structure_text(structure, kText),
            "group text |{\"id\": 7, \"bio\": \"born in a town by the ...|\n"
            "  group json object |{\"id\": 7, \"bio\": \"born in a town by the ...|\n"
            "    whole json member forced 0.30 |\"id\": 7|\n"
            "    separator punctuation |,|\n"
            "    group json member required |\"bio\": \"born in a town by the sea\"|\n"
            "      words json string |born in a town by the sea|\n"
            "    separator punctuation |,|\n"
            "    group json member |\"tags\": [\"a\", \"b\"]|\n"
            "      whole json scalar 0.58 |\"a\"|\n"
            "      separator punctuation |,|\n"
            "      whole json scalar 0.58 |\"b\"|\n"
            "    separator punctuation |,|\n"
            "    whole json member 0.15 |\"w\\u00e9b\": \"http://x.y\"|\n"
            "    separator punctuation |,|\n"
            "    whole json member |\"meta\": {\"a\": 1, \"b\": \"the end of the st...|\n");
  const std::vector<NodeRate> want{{4, 0.5}, {7, 0.2}};
  EXPECT_EQ(*rates, want);

  testing::RandomPruner pruner(structure, kText);
  std::mt19937 random(2);
  for (int i = 0; i < 50; ++i) {
    const auto kept = parse_json(pruner.prune(0.3, random), "kept");
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->at("id"), 7);
    EXPECT_TRUE(kept->as_object().contains("bio"));
    if (const json::value* meta = kept->as_object().if_contains("meta")) {
      EXPECT_EQ(*meta, parse_json(kText, "text")->at("meta"));
    }
  }
}

TEST(JsonConfigTest, ErrorsNameKeyAndNextStep) {
  struct Case {
    std::string_view config, want;
  };
  constexpr std::string_view kGood = R"("rate": 0.5, "compress": true, "pair_remove": false)";
  const std::string good(kGood);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{", "config:1:2: not valid JSON: incomplete JSON"},
      {R"({"a": 1})", "config: key \"a\": expected an object with rate, compress, pair_remove, value_type"},
      {R"({"a": {"rate": 0.5, "compress": true, "value_type": "str"}})",
       "config: key \"a\": pair_remove is missing; add it"},
      {R"({"a": {"rate": 2}})", "config: key \"a\": rate must be a number from 0 to 1"},
      {R"({"a": {"compress": 1}})", "config: key \"a\": compress must be true or false"},
      {R"({"a": {"value_type": "set"}})",
       "config: key \"a\": value_type \"set\" is not known; write str, int, float, bool, list, dict or tuple"},
      {R"({"a": {"rat": 1}})", "config: key \"a\": unknown field \"rat\"; did you mean \"rate\"?"},
      {"a:\n  rate: x\n", "config: key \"a\": rate must be a number from 0 to 1 (line 2)"},
      {"a: 1\n", "config:1: expected `key:` with its fields indented below"},
      {"  rate: 1\n", "config:1: expected a key at the margin first"},
      {"a:\n\trate: 1\n", "config:2: YAML is indented by spaces; replace the tab"},
      {"a:\n  rate 1\n", "config:2: expected `field: value`, such as `rate: 0.5`"},
      {"a:\n  rate: 1\n  rate: 1\n", "config: key \"a\": rate is there twice; delete one (line 3)"},
  };
  for (const auto& [config, want] : cases) {
    const auto read = parse_json_config(config, "config");
    ASSERT_FALSE(read) << config;
    EXPECT_EQ(read.error().message, want) << config;
  }
}

TEST(JsonConfigTest, KeysAndTypesMustFitTheText) {
  const auto message = [](std::string_view text, std::string_view type) {
    std::string config = R"({"a": {"rate": 0.5, "compress": true, "pair_remove": false, "value_type": ")";
    config += type;
    config += "\"}}";
    Structure structure = structure_of(text);
    const auto applied = apply_json_config(*parse_json_config(config, "config"), text, structure);
    return applied ? std::string() : applied.error().message;
  };
  EXPECT_EQ(message(R"({"a": 1})", "int"), "");
  EXPECT_EQ(message(R"({"a": [1]})", "str"), "");
  EXPECT_EQ(message(R"({"a": [1]})", "dict"),
            "json_config: key \"a\": the value is not of its value_type; give its own or str");
  EXPECT_EQ(message(R"({"a": 1, "b": 2})", "int"), "json_config has no key \"b\" that the text has; add it");
  EXPECT_EQ(message("{}", "int"), "json_config has a key \"a\" that the text has not; delete it");
  EXPECT_EQ(message("[1]", "int"), "json_config needs a text that is one JSON object");
}

}  // namespace
}  // namespace pith
