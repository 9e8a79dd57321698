#include "model/bert_config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/print_error.h"

namespace pith {
namespace {

/// A config.json with `changes` over a valid one: {"key", "json"}; an empty json removes the key.
std::string config_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::pair<std::string, std::string>> fields{
      {"model_type", "\"bert\""},    {"num_hidden_layers", "6"},    {"hidden_size", "384"},
      {"num_attention_heads", "12"}, {"intermediate_size", "1536"}, {"max_position_embeddings", "512"},
      {"type_vocab_size", "2"},      {"vocab_size", "30522"}};
  for (const auto& [key, value] : changes) {
    std::erase_if(fields, [&, &k = key](const auto& field) { return field.first == k; });
    if (!value.empty()) fields.emplace_back(key, value);
  }
  std::string text;
  for (const auto& [key, value] : fields) text += (text.empty() ? "{" : ",\n ") + ("\"" + key + "\": ") + value;
  return text + "}";
}

TEST(BertConfigTest, ReadsTheNumbers) {
  const auto config = parse_bert_config(
      config_with(
          {{"layer_norm_eps", "1e-5"}, {"hidden_act", "\"gelu_new\""}, {"position_embedding_type", "\"absolute\""}}),
      "c");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->n_layers, 6);
  EXPECT_EQ(config->hidden_size, 384);
  EXPECT_EQ(config->n_heads, 12);
  EXPECT_EQ(config->head_size(), 32);
  EXPECT_EQ(config->intermediate_size, 1536);
  EXPECT_EQ(config->max_position_embeddings, 512);
  EXPECT_EQ(config->type_vocab_size, 2);
  EXPECT_EQ(config->vocab_size, 30522);
  EXPECT_EQ(config->layer_norm_eps, 1e-5);
  EXPECT_EQ(config->activation, Activation::kGeluTanh);
}

TEST(BertConfigTest, HasTransformersDefaults) {
  const auto config = parse_bert_config(config_with({}), "c");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->layer_norm_eps, 1e-12);
  EXPECT_EQ(config->activation, Activation::kGelu);
  EXPECT_EQ(config->keep_label, 1);
  EXPECT_EQ(config->keep_label_name, "LABEL_1");
}

TEST(BertConfigTest, FindsTheKeepLabel) {
  struct Case {
    std::string id2label;
    std::int64_t keep;
    std::string name;
  };
  const std::vector<Case> cases{
      {R"({"0": "DISCARD", "1": "PRESERVE"})", 1, "PRESERVE"},
      {R"({"0": "LABEL_0", "1": "LABEL_1"})", 1, "LABEL_1"},
      {R"({"1": "drop", "0": "Keep"})", 0, "Keep"},
      {R"({"0": "preserve_me", "1": "x"})", 0, "preserve_me"},
      {R"({"0": "0", "1": "1"})", 1, "1"},
      {R"({"0": "not keep", "1": "keep"})", 1, "keep"},
  };
  for (const Case& c : cases) {
    const auto config = parse_bert_config(config_with({{"id2label", c.id2label}}), "c");
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->keep_label, c.keep) << c.id2label;
    EXPECT_EQ(config->keep_label_name, c.name);
  }
}

TEST(BertConfigTest, RefusesWithTheFieldAndTheValue) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> changes;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases{
      {{{"model_type", ""}}, ErrorCode::kBadModel, "c: model_type is missing"},
      {{{"model_type", "3"}}, ErrorCode::kBadModel, "c: model_type must be a string, found 3"},
      {{{"model_type", "\"xlm-roberta\""}},
       ErrorCode::kUnsupported,
       "c: model_type 'xlm-roberta' is not supported; supported: bert"},
      {{{"position_embedding_type", "\"relative_key\""}},
       ErrorCode::kUnsupported,
       "c: position_embedding_type 'relative_key' is not supported; supported: absolute"},
      {{{"hidden_act", "\"silu\""}},
       ErrorCode::kUnsupported,
       "c: hidden_act 'silu' is not supported; supported: gelu, gelu_new, gelu_pytorch_tanh, relu"},
      {{{"hidden_size", ""}}, ErrorCode::kBadModel, "c: hidden_size is missing"},
      {{{"hidden_size", "-384"}},
       ErrorCode::kBadModel,
       "c: hidden_size must be a whole number from 1 to 1048576, found -384"},
      {{{"hidden_size", "1e3"}},
       ErrorCode::kBadModel,
       "c: hidden_size must be a whole number from 1 to 1048576, found 1E3"},
      {{{"num_hidden_layers", "99999999999999999999"}},
       ErrorCode::kBadModel,
       "c: num_hidden_layers must be a whole number from 1 to 1024, found 1E20"},
      {{{"vocab_size", "\"many\""}},
       ErrorCode::kBadModel,
       "c: vocab_size must be a whole number from 1 to 16777216, found \"many\""},
      {{{"num_attention_heads", "7"}},
       ErrorCode::kBadModel,
       "c: hidden_size 384 is not a multiple of num_attention_heads 7"},
      {{{"layer_norm_eps", "0"}}, ErrorCode::kBadModel, "c: layer_norm_eps must be a number in (0, 1], found 0"},
      {{{"num_labels", "1"}}, ErrorCode::kBadModel, "c: num_labels must be 2 (drop, keep), found 1"},
      {{{"id2label", R"({"0": "LABEL_0"})"}},
       ErrorCode::kBadModel,
       "c: a keep/drop classifier has 2 labels, found 1; this is not a token classifier Pith can use"},
      {{{"id2label", R"({"0": "a", "1": "b", "2": "c"})"}},
       ErrorCode::kBadModel,
       "c: a keep/drop classifier has 2 labels, found 3; this is not a token classifier Pith can use"},
      {{{"id2label", R"({"0": "a", "2": "c"})"}}, ErrorCode::kBadModel, "c: id2label has no name for label 1"},
      {{{"id2label", "[1]"}}, ErrorCode::kBadModel, "c: id2label must be an object, found [1]"},
  };
  for (const Case& c : cases) {
    const auto config = parse_bert_config(config_with(c.changes), "c");
    ASSERT_FALSE(config.has_value()) << c.message;
    EXPECT_EQ(config.error(), (Error{c.code, c.message}));
  }
}

TEST(BertConfigTest, PointsAtBadJson) {
  const auto config = parse_bert_config("{\"model_type\":\n  bert}", "dir/config.json");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error(), (Error{ErrorCode::kBadModel, "dir/config.json:2:3: not valid JSON: syntax error"}));
  EXPECT_EQ(parse_bert_config("[]", "c").error(), (Error{ErrorCode::kBadModel, "c: not a JSON object"}));
}

}  // namespace
}  // namespace pith
