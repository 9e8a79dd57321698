// Sentence encoders against what Hugging Face transformers computed: recorded for tiny models, and asked anew for the
// model of PITH_EMBEDDER_DIR when PITH_ORACLE_PYTHON names a Python that has it.
#include <gtest/gtest.h>
#include <stdio.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "model/load_embedder.h"
#include "support/fake_embedder.h"
#include "support/json_numbers.h"
#include "support/temp_dir.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

const std::string kData = PITH_SOURCE_DIR "/tests/data/model/";

/// Texts are numbers with spaces between: the ids themselves.
class NumberTokenizer final : public Tokenizer {
 public:
  explicit NumberTokenizer(std::size_t vocab_size, SpecialTokens special = {.cls = 2, .sep = 3})
      : vocab_size_(vocab_size), special_(special) {}
  void encode(std::string_view text, Encoding* out) const override {
    std::istringstream numbers{std::string(text)};
    for (TokenId id = 0; numbers >> id;) {
      out->ids.push_back(id);
      out->spans.push_back({});
    }
  }
  [[nodiscard]] std::string_view piece(TokenId) const override { return {}; }
  [[nodiscard]] TokenId id_of(std::string_view) const override { return kNoToken; }
  [[nodiscard]] std::size_t vocab_size() const override { return vocab_size_; }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kWordPiece; }

 private:
  std::size_t vocab_size_;
  SpecialTokens special_;
};

std::string text_of(const std::vector<TokenId>& ids) {
  std::string text;
  for (const TokenId id : ids) text += std::to_string(id) + " ";
  return text;
}

EmbedderOptions options_for(const std::string& dir, std::size_t vocab_size, Precision precision = Precision::kF32) {
  return {.model_dir = dir,
          .precision = precision,
          .n_threads = 2,
          .cache_dir = "none",
          .tokenizer = std::make_shared<NumberTokenizer>(vocab_size)};
}

double cosine(std::span<const float> a, std::span<const double> b) {
  double product = 0;
  double squares[2] = {0, 0};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]);
    product += x * b[i];
    squares[0] += x * x;
    squares[1] += b[i] * b[i];
  }
  EXPECT_NEAR(squares[0], 1, 1e-5);
  return product / std::sqrt(squares[0] * squares[1]);
}

class TinyEmbedderTest : public testing::TestWithParam<const char*> {};

TEST_P(TinyEmbedderTest, GivesTheRecordedVectors) {
  const std::string dir = kData + GetParam();
  const auto document = parse_json(read_text(dir + "/vectors.json"), "vectors").value();
  const auto& rows = document.at("texts").as_array();
  ASSERT_GE(rows.size(), 6U);
  std::vector<std::string> texts;
  for (const json::value& row : rows) texts.push_back(text_of(numbers<TokenId>(row.at("ids"))));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const auto& [precision, least] : {std::pair{Precision::kF32, 0.99999}, std::pair{Precision::kInt8, 0.99}}) {
    const auto embedder = load_embedder(options_for(dir, 61, precision)).value();
    const auto found = embedder->embed(views).value();
    ASSERT_EQ(found.size(), texts.size() * embedder->n_dims());
    for (std::size_t t = 0; t < texts.size(); ++t) {
      const auto vector = std::span(found).subspan(t * embedder->n_dims(), embedder->n_dims());
      EXPECT_GT(cosine(vector, numbers<double>(rows[t].at("vector"))), least) << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, TinyEmbedderTest,
                         testing::Values("tiny_gelu", "tiny_distilbert", "tiny_xlm_roberta"),
                         [](const auto& param_info) { return std::string(param_info.param).substr(5); });

/// A folder as sentence-transformers writes one: no labels, no head, no prefix.
std::string bare_encoder(const TempDir& dir) {
  write_tiny_encoder(dir / "all", {.id2label = R"({"0": "A", "1": "B"})", .has_prefix = false});
  const TinyEncoderSpec spec{.id2label = R"({"0": "LABEL_0"})", .has_prefix = false};
  write_text(dir / "all/config.json", tiny_config_json(spec));
  return dir / "all";
}

TEST(EmbedderTest, ReadsAFolderWithoutLabels) {
  const TempDir dir;
  const std::string folder = bare_encoder(dir);
  const auto embedder = load_embedder(options_for(folder, 101)).value();
  EXPECT_EQ(embedder->n_dims(), 48U);
  EXPECT_EQ(embedder->max_tokens(), 70U);
  EXPECT_NE(embedder->description().find("text embedder: BERT 2 layers x 48, f32"), std::string::npos);
  EXPECT_TRUE(embedder->embed({}).value().empty());
}

TEST(EmbedderTest, WhatIsBeyondTheLastTokenIsNotRead) {
  const TempDir dir;
  const std::string folder = bare_encoder(dir);
  write_text(folder + "/sentence_bert_config.json", R"({"max_seq_length": 5})");
  const auto embedder = load_embedder(options_for(folder, 101)).value();
  EXPECT_EQ(embedder->max_tokens(), 5U);
  const std::vector<std::string_view> texts{"7 8 9", "7 8 9 10 11", "7 8"};
  const auto found = embedder->embed(texts).value();
  const auto row = [&](std::size_t t) {
    return std::vector<float>(found.begin() + static_cast<long>(t * 48),
                              found.begin() + static_cast<long>(t * 48 + 48));
  };
  EXPECT_EQ(row(0), row(1));
  EXPECT_NE(row(0), row(2));
}

TEST(EmbedderTest, TheFoldersPoolingIsUsedOrRefused) {
  const TempDir dir;
  const std::string folder = bare_encoder(dir);
  std::filesystem::create_directories(folder + "/1_Pooling");
  const std::vector<std::string_view> texts{"7 8 9"};
  const auto load_with = [&](const std::string& json) {
    write_text(folder + "/1_Pooling/config.json", json);
    return load_embedder(options_for(folder, 101));
  };
  const auto mean = load_with(R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})");
  const auto first = load_with(R"({"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true})");
  EXPECT_NE((*mean)->embed(texts).value(), (*first)->embed(texts).value());
  const auto max = load_with(R"({"pooling_mode_max_tokens": true})");
  ASSERT_FALSE(max.has_value());
  EXPECT_EQ(max.error(), (Error{ErrorCode::kUnsupported,
                                folder + "/1_Pooling/config.json: pooling_mode_max_tokens is not supported; supported: "
                                         "pooling_mode_mean_tokens or pooling_mode_cls_token alone"}));
  EXPECT_EQ(load_with(R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true})").error().code,
            ErrorCode::kUnsupported);
  EXPECT_EQ(load_with("{}").error().code, ErrorCode::kBadModel);
  EXPECT_EQ(load_with("[").error().code, ErrorCode::kBadModel);
}

TEST(EmbedderTest, RefusesWhatItCannotRead) {
  const TempDir dir;
  EXPECT_EQ(load_embedder({.model_dir = dir / "none"}).error().code, ErrorCode::kNotFound);
  const std::string folder = bare_encoder(dir);
  EXPECT_EQ(load_embedder(options_for(folder, 102)).error().code, ErrorCode::kBadModel);  // more ids than rows
  EmbedderOptions options = options_for(folder, 101);
  options.n_threads = -1;
  EXPECT_EQ(load_embedder(options).error().code, ErrorCode::kInvalidArgument);
  options = options_for(folder, 101);
  options.tokenizer = std::make_shared<NumberTokenizer>(101, SpecialTokens{});
  EXPECT_EQ(load_embedder(options).error().code, ErrorCode::kUnsupported);
}

TEST(EmbedderTest, SaysWhatIsDoneAndStopsWhenAsked) {
  const TempDir dir;
  const auto embedder = load_embedder(options_for(bare_encoder(dir), 101)).value();
  const std::vector<std::string_view> texts{"7 8 9", "", "10"};
  std::size_t n_last = 0;
  const auto ok = embedder->embed(texts, [&](std::size_t n_done, std::size_t n_total) {
    EXPECT_EQ(n_total, 10U);  // two special tokens each
    n_last = n_done;
    return true;
  });
  EXPECT_TRUE(ok.has_value());
  EXPECT_EQ(n_last, 10U);
  const auto stopped = embedder->embed(texts, [](std::size_t, std::size_t) { return false; });
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(EmbedderTest, ConcurrentCallsAndCompanyChangeNothing) {
  const TempDir dir;
  const auto embedder = load_embedder(options_for(bare_encoder(dir), 101, Precision::kInt8)).value();
  const std::vector<std::string> texts{"7 8 9", "10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26", "4", ""};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto all = embedder->embed(views).value();
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < views.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 5; ++round) {
        const auto one = embedder->embed(std::span(views).subspan(t, 1)).value();
        EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + static_cast<long>(t * embedder->n_dims())));
      }
    });
  }
}

TEST(FakeEmbedderTest, KeepsTheSeamsContract) {
  const FakeEmbedder embedder;
  const std::vector<std::string_view> texts{"a b", "b a!", "c", ""};
  const auto all = embedder.embed(texts).value();
  ASSERT_EQ(all.size(), 4 * embedder.n_dims());
  const std::vector<double> first(all.begin(), all.begin() + static_cast<long>(embedder.n_dims()));
  EXPECT_NEAR(cosine(std::span(all).subspan(embedder.n_dims(), embedder.n_dims()), first), 1, 1e-5);
  EXPECT_LT(cosine(std::span(all).subspan(2 * embedder.n_dims(), embedder.n_dims()), first), 0.6);
}

TEST(EmbedderOracleTest, GivesWhatTransformersComputes) {
  const char* python = std::getenv("PITH_ORACLE_PYTHON");
  const char* folder = std::getenv("PITH_EMBEDDER_DIR");
  if (python == nullptr || folder == nullptr) {
    GTEST_SKIP() << "PITH_ORACLE_PYTHON or PITH_EMBEDDER_DIR is not set: nothing to compare with";
  }
  const std::string source = kData + "real_texts.json";
  json::array texts;
  const auto document = parse_json(read_text(source), source).value();
  for (const json::value& row : document.at("texts").as_array()) {
    const std::string text(row.at("text").as_string());
    for (std::size_t at = 0; at < 5; ++at) texts.emplace_back(text.substr(at * 97 % text.size(), 60 + 300 * at));
  }
  ASSERT_GE(texts.size(), 50U);
  const TempDir dir;
  // Cuts may fall inside a character: what the tokenizer then sees differs, so only ASCII is compared.
  for (json::value& text : texts) {
    std::string ascii;
    for (const char c : text.as_string()) ascii += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "";
    text = ascii;
  }
  write_text(dir / "texts", json::serialize(texts));
  const std::string command = std::string("'") + python +
                              "' '" PITH_SOURCE_DIR "/tests/oracle/model_oracle.py' vectors '" + folder + "' '" +
                              (dir / "texts") + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::vector<std::string_view> views;
  for (const json::value& text : texts) views.emplace_back(text.as_string());
  for (const auto& [precision, least] : {std::pair{Precision::kF32, 0.9999}, std::pair{Precision::kInt8, 0.99}}) {
    const auto embedder = load_embedder({.model_dir = folder, .precision = precision, .cache_dir = "none"}).value();
    const auto found = embedder->embed(views).value();
    std::istringstream lines(read_text(dir / "texts.vectors"));
    double lowest = 1;
    for (std::size_t t = 0; t < views.size(); ++t) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      std::istringstream numbers(line);
      std::vector<double> expected;
      for (double x = 0; numbers >> x;) expected.push_back(x);
      ASSERT_EQ(expected.size(), embedder->n_dims());
      const auto vector = std::span(found).subspan(t * embedder->n_dims(), embedder->n_dims());
      lowest = std::min(lowest, cosine(vector, expected));
    }
    printf("%s: lowest cosine %.6f\n", precision == Precision::kF32 ? "f32" : "int8", lowest);
    EXPECT_GT(lowest, least);
  }
}

}  // namespace
}  // namespace pith
