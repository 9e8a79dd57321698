#include "model/encoder_config.h"

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

TEST(EncoderConfigTest, ReadsTheNumbers) {
  const auto config = parse_encoder_config(
      config_with(
          {{"layer_norm_eps", "1e-5"}, {"hidden_act", "\"gelu_new\""}, {"position_embedding_type", "\"absolute\""}}),
      "c");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->n_layers, 6);
  EXPECT_EQ(config->hidden_size, 384);
  EXPECT_EQ(config->n_heads, 12);
  EXPECT_EQ(config->head_size(), 32);
  EXPECT_EQ(config->intermediate_size, 1536);
  EXPECT_EQ(config->architecture, Architecture::kBert);
  EXPECT_EQ(config->n_positions, 512);
  EXPECT_EQ(config->max_sequence_tokens, 512);
  EXPECT_EQ(config->first_position, 0);
  EXPECT_EQ(config->type_vocab_size, 2);
  EXPECT_EQ(config->vocab_size, 30522);
  EXPECT_EQ(config->layer_norm_eps, 1e-5);
  EXPECT_EQ(config->activation, Activation::kGeluTanh);
}

TEST(EncoderConfigTest, HasTransformersDefaults) {
  const auto config = parse_encoder_config(config_with({}), "c");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->layer_norm_eps, 1e-12);
  EXPECT_EQ(config->activation, Activation::kGelu);
  EXPECT_EQ(config->keep_label, 1);
  EXPECT_EQ(config->keep_label_name, "LABEL_1");
}

TEST(EncoderConfigTest, FindsTheKeepLabel) {
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
    const auto config = parse_encoder_config(config_with({{"id2label", c.id2label}}), "c");
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->keep_label, c.keep) << c.id2label;
    EXPECT_EQ(config->keep_label_name, c.name);
  }
}

TEST(EncoderConfigTest, RefusesWithTheFieldAndTheValue) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> changes;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases{
      {{{"model_type", ""}}, ErrorCode::kBadModel, "c: model_type is missing"},
      {{{"model_type", "3"}}, ErrorCode::kBadModel, "c: model_type must be a string, found 3"},
      {{{"model_type", "\"deberta-v2\""}},
       ErrorCode::kUnsupported,
       "c: model_type 'deberta-v2' is not supported; supported: bert, roberta, xlm-roberta, distilbert, modernbert"},
      {{{"position_embedding_type", "\"relative_key\""}},
       ErrorCode::kUnsupported,
       "c: position_embedding_type 'relative_key' is not supported; supported: absolute"},
      {{{"hidden_act", "\"mish\""}},
       ErrorCode::kUnsupported,
       "c: hidden_act 'mish' is not supported; supported: gelu, gelu_python, gelu_new, gelu_fast, gelu_pytorch_tanh, "
       "relu, silu, swish"},
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
    const auto config = parse_encoder_config(config_with(c.changes), "c");
    ASSERT_FALSE(config.has_value()) << c.message;
    EXPECT_EQ(config.error(), (Error{c.code, c.message}));
  }
}

/// The published LLMLingua-2 model's fields.
constexpr const char* kXlmRoberta = R"({"model_type": "xlm-roberta", "num_hidden_layers": 24, "hidden_size": 1024,
  "num_attention_heads": 16, "intermediate_size": 4096, "max_position_embeddings": 514, "type_vocab_size": 1,
  "vocab_size": 250102, "pad_token_id": 1, "layer_norm_eps": 1e-05, "hidden_act": "gelu",
  "position_embedding_type": "absolute", "id2label": {"0": "LABEL_0", "1": "LABEL_1"}})";
constexpr const char* kDistilBert = R"({"model_type": "distilbert", "n_layers": 6, "dim": 768, "n_heads": 12,
  "hidden_dim": 3072, "max_position_embeddings": 512, "vocab_size": 30522, "activation": "gelu", "pad_token_id": 0,
  "sinusoidal_pos_embds": false, "tie_weights_": true})";
/// The sizes of ModernBERT-base and `more` fields.
std::string modern_bert(const std::string& more = "") {
  return R"({"model_type": "modernbert", "num_hidden_layers": 22, "hidden_size": 768, "num_attention_heads": 12,
    "intermediate_size": 1152, "max_position_embeddings": 8192, "vocab_size": 50368, "layer_norm_eps": 1e-12,
    "position_embedding_type": "absolute")" +
         more + "}";
}

TEST(EncoderConfigTest, CountsPositionsOfTheRobertasFromPadding) {
  const auto config = parse_encoder_config(kXlmRoberta, "c");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->architecture, Architecture::kXlmRoberta);
  EXPECT_EQ(config->n_positions, 514);
  EXPECT_EQ(config->first_position, 2);
  EXPECT_EQ(config->max_sequence_tokens, 512);
  EXPECT_EQ(config->layer_norm_eps, 1e-5);
  const auto roberta = parse_encoder_config(config_with({{"model_type", "\"roberta\""}}), "c");
  ASSERT_TRUE(roberta.has_value()) << roberta.error().message;
  EXPECT_EQ(roberta->max_sequence_tokens, 510);  // pad_token_id is 1 where the file does not say it
  const auto far = config_with({{"model_type", "\"roberta\""}, {"pad_token_id", "511"}});
  EXPECT_EQ(parse_encoder_config(far, "c").error(),
            (Error{ErrorCode::kBadModel,
                   "c: max_position_embeddings 512 leaves no position: the first token has "
                   "position pad_token_id + 1 = 512"}));
}

TEST(EncoderConfigTest, KnowsDistilBertsOwnSpellings) {
  const auto config = parse_encoder_config(kDistilBert, "c");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->n_layers, 6);
  EXPECT_EQ(config->hidden_size, 768);
  EXPECT_EQ(config->n_heads, 12);
  EXPECT_EQ(config->intermediate_size, 3072);
  EXPECT_EQ(config->type_vocab_size, 0);
  EXPECT_EQ(config->layer_norm_eps, 1e-12);
  EXPECT_EQ(config->max_sequence_tokens, 512);
}

TEST(EncoderConfigTest, HasModernBertsDefaults) {
  const auto config = parse_encoder_config(modern_bert(), "c");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->n_positions, 0);
  EXPECT_EQ(config->max_sequence_tokens, 8192);
  EXPECT_EQ(parse_encoder_config(modern_bert(R"(, "max_position_embeddings": 1048576)"), "c")->max_sequence_tokens,
            8192);
  EXPECT_EQ(config->layer_norm_eps, 1e-5);  // norm_eps; layer_norm_eps is a leftover in published files
  const ModernBertConfig& modern = config->modern;
  EXPECT_FALSE(modern.attention_bias || modern.mlp_bias || modern.norm_bias || modern.classifier_bias);
  EXPECT_EQ(modern.local_reach_tokens, 64);
  EXPECT_EQ(modern.global_rope_theta, 160000);
  EXPECT_EQ(modern.local_rope_theta, 10000);
  ASSERT_EQ(modern.is_local_layer.size(), 22U);
  for (std::size_t i = 0; i < 22; ++i) EXPECT_EQ(modern.is_local_layer[i], i % 3 != 0) << i;
}

TEST(EncoderConfigTest, ReadsModernBertAsTransformers4And5WriteIt) {
  std::string types;
  for (int i = 0; i < 22; ++i) {
    types += std::string(i == 0 ? "" : ",") + (i % 2 == 0 ? "\"full_attention\"" : "\"sliding_attention\"");
  }
  const auto four = parse_encoder_config(modern_bert(R"(, "global_attn_every_n_layers": 2, "global_rope_theta": 8000.0,
      "local_rope_theta": 500.0, "local_attention": 33, "norm_eps": 0.001)"),
                                         "c");
  const auto five = parse_encoder_config(modern_bert(R"(, "layer_types": [)" + types + R"(], "rope_parameters": {
      "full_attention": {"rope_theta": 8000.0, "rope_type": "default"},
      "sliding_attention": {"rope_theta": 500.0, "rope_type": "default"}}, "local_attention": 33, "norm_eps": 0.001)"),
                                         "c");
  ASSERT_TRUE(four.has_value()) << four.error().message;
  ASSERT_TRUE(five.has_value()) << five.error().message;
  for (const auto& config : {*four, *five}) {
    EXPECT_EQ(config.modern.is_local_layer, four->modern.is_local_layer);
    EXPECT_TRUE(config.modern.is_local_layer[1]);
    EXPECT_FALSE(config.modern.is_local_layer[2]);
    EXPECT_EQ(config.modern.global_rope_theta, 8000);
    EXPECT_EQ(config.modern.local_rope_theta, 500);
    EXPECT_EQ(config.modern.local_reach_tokens, 16);
    EXPECT_EQ(config.layer_norm_eps, 0.001);
  }
  // null: local layers turn as the others do.
  const auto same =
      parse_encoder_config(modern_bert(R"(, "global_rope_theta": 8000.0, "local_rope_theta": null)"), "c");
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(same->modern.local_rope_theta, 8000);
}

TEST(EncoderConfigTest, RefusesWhatModernBertCannotBe) {
  struct Case {
    std::string more;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases{
      {R"(, "layer_types": ["full_attention"])", ErrorCode::kBadModel,
       R"(c: layer_types must be a list of 22 names, one a layer, found ["full_attention"])"},
      {R"(, "global_attn_every_n_layers": 0)", ErrorCode::kBadModel,
       "c: global_attn_every_n_layers must be a whole number from 1 to 1048576, found 0"},
      {R"(, "local_attention": -128)", ErrorCode::kBadModel,
       "c: local_attention must be a whole number from 1 to 1048576, found -128"},
      {R"(, "global_rope_theta": 0)", ErrorCode::kBadModel,
       "c: global_rope_theta must be a number in (0, 1000000000000], found 0"},
      {R"(, "norm_bias": 1)", ErrorCode::kBadModel, "c: norm_bias must be true or false, found 1"},
      {R"(, "classifier_activation": "tanh")", ErrorCode::kUnsupported,
       "c: classifier_activation 'tanh' is not supported; supported: gelu, gelu_python, gelu_new, gelu_fast, "
       "gelu_pytorch_tanh, relu, silu, swish"},
      {R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4.0})", ErrorCode::kUnsupported,
       "c: rope_scaling.rope_type 'yarn' is not supported; supported: default"},
      {R"(, "rope_parameters": {"full_attention": {"rope_type": "linear"}})", ErrorCode::kUnsupported,
       "c: rope_parameters.full_attention.rope_type 'linear' is not supported; supported: default"},
      {R"(, "rope_parameters": {"rope_theta": 10.0})", ErrorCode::kUnsupported,
       "c: rope_parameters.rope_theta stands beside no layer type; expected 'full_attention' and 'sliding_attention'"},
      {R"(, "rope_parameters": {"sliding_attention": {"rope_theta": "x"}})", ErrorCode::kBadModel,
       "c: rope_parameters.sliding_attention.rope_theta must be a number in (0, 1000000000000], found \"x\""},
      {R"(, "rope_parameters": [])", ErrorCode::kBadModel, "c: rope_parameters must be an object, found []"},
      {R"(, "hidden_size": 36)", ErrorCode::kBadModel,
       "c: rotary positions need an even head size, found 3 = hidden_size 36 / num_attention_heads 12"},
  };
  for (const Case& c : cases) {
    const auto config = parse_encoder_config(modern_bert(c.more), "c");
    ASSERT_FALSE(config.has_value()) << c.message;
    EXPECT_EQ(config.error(), (Error{c.code, c.message}));
  }
  const std::string bad_layer = R"(, "num_hidden_layers": 1, "layer_types": ["chunked_attention"])";
  EXPECT_EQ(parse_encoder_config(modern_bert(bad_layer), "c").error(),
            (Error{ErrorCode::kUnsupported, R"(c: layer_types holds "chunked_attention"; supported: "full_attention", )"
                                            R"("sliding_attention")"}));
}

TEST(EncoderConfigTest, PointsAtBadJson) {
  const auto config = parse_encoder_config("{\"model_type\":\n  bert}", "dir/config.json");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error(), (Error{ErrorCode::kBadModel, "dir/config.json:2:3: not valid JSON: syntax error"}));
  EXPECT_EQ(parse_encoder_config("[]", "c").error(), (Error{ErrorCode::kBadModel, "c: not a JSON object"}));
}

}  // namespace
}  // namespace pith
