#include "model/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "model/convert.h"
#include "model/load_classifier.h"
#include "model/registry.h"
#include "support/shards.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "model.safetensors.index.json";

/// Replaces the first `from` in a file by `to`.
void replace_in(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read_text(path);
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("no '" + from + "' in " + path);
  write_text(path, text.replace(at, from.size(), to));
}

std::vector<float> run(const std::string& dir, Precision precision, const std::string& cache_dir = "none",
                       ClassifierLoadInfo* info = nullptr) {
  const auto classifier = load_classifier({.model_dir = dir,
                                           .precision = precision,
                                           .n_threads = 1,
                                           .cache_dir = cache_dir,
                                           .tokenizer = std::make_shared<StubTokenizer>(101)},
                                          info);
  if (!classifier) throw std::runtime_error(classifier.error().message);
  const std::vector<std::size_t> lengths{40, 3};
  return (*classifier)->keep_probabilities(random_sequences(lengths, 101, 5)).value();
}

class ShardedCheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_encoder(whole(), spec_);
    write_tiny_encoder(shards(), spec_);
    split_into_shards(shards(), 3);
  }

  [[nodiscard]] std::string whole() const { return dir_ / "whole"; }
  [[nodiscard]] std::string shards() const { return dir_ / "shards"; }

  TinyEncoderSpec spec_{.seed = 30, .architecture = Architecture::kXlmRoberta};
  TempDir dir_;
};

TEST_F(ShardedCheckpointTest, HoldsWhatTheWholeOneHolds) {
  const Checkpoint expected = Checkpoint::open(whole()).value();
  const Checkpoint found = Checkpoint::open(shards()).value();
  EXPECT_EQ(found.files().size(), 3U);
  EXPECT_EQ(found.path(), shards() + "/" + kIndex);
  std::size_t n_tensors = 0;
  expected.for_each([&](const TensorView& tensor) {
    ++n_tensors;
    const TensorView* other = found.find(tensor.name);
    ASSERT_NE(other, nullptr) << tensor.name;
    EXPECT_EQ(other->bytes, tensor.bytes);
    EXPECT_EQ(other->shape, tensor.shape);
    EXPECT_EQ(found.file_of(*other).find(tensor.name), other);
  });
  found.for_each([&](const TensorView&) { --n_tensors; });
  EXPECT_EQ(n_tensors, 0U);
}

TEST_F(ShardedCheckpointTest, IsClassifiedDescribedAndConvertedLikeTheWholeOne) {
  for (const Precision precision : {Precision::kInt8, Precision::kF32}) {
    EXPECT_EQ(run(shards(), precision), run(whole(), precision));
  }
  const ModelInfo expected = describe_model(whole()).value();
  const ModelInfo found = describe_model(shards()).value();
  EXPECT_EQ(found.n_parameters, expected.n_parameters);
  EXPECT_EQ(found.storage, expected.storage);
  EXPECT_EQ(found.architecture, "xlm-roberta");
  // The same tensors with three headers, each padded to a multiple of 64 bytes.
  EXPECT_NEAR(static_cast<double>(found.n_weight_bytes), static_cast<double>(expected.n_weight_bytes), 1000);
  ASSERT_TRUE(convert_to_int8(whole(), dir_ / "whole8").has_value());
  ASSERT_TRUE(convert_to_int8(shards(), dir_ / "shards8").has_value());
  EXPECT_EQ(read_text(dir_ / "whole8/model.safetensors"), read_text(dir_ / "shards8/model.safetensors"));
}

TEST_F(ShardedCheckpointTest, CompiledNetworksAreKeptPerContentOfAllShards) {
  const std::string cache = dir_ / "cache";
  ClassifierLoadInfo info;
  const auto expected = run(shards(), Precision::kInt8, cache, &info);
  EXPECT_TRUE(info.cache_written);
  EXPECT_EQ(run(shards(), Precision::kInt8, cache, &info), expected);
  EXPECT_TRUE(info.from_cache);
  // Another model's last shard.
  spec_.seed = 31;
  write_tiny_encoder(dir_ / "other", spec_);
  split_into_shards(dir_ / "other", 3);
  fs::rename(dir_ / ("other/" + shard_name(2, 3)), shards() + "/" + shard_name(2, 3));
  EXPECT_NE(run(shards(), Precision::kInt8, cache, &info), expected);
  EXPECT_FALSE(info.from_cache);
}

TEST_F(ShardedCheckpointTest, AWholeFileBesideTheShardsWins) {
  spec_.seed = 32;
  write_tiny_encoder(shards(), spec_);
  EXPECT_EQ(Checkpoint::open(shards()).value().files().size(), 1U);
}

TEST_F(ShardedCheckpointTest, SaysWhatIsWrongWithShards) {
  struct Case {
    std::string name;
    std::function<void(const std::string& dir)> damage;
    ErrorCode code;
    std::string message;  // "$" stands for the folder
  };
  const std::string classifier = R"("classifier.bias": "model-00001-of-00003.safetensors")";
  const auto map_to = [&](const std::string& file) {
    return [=](const std::string& dir) {
      replace_in(dir + "/" + kIndex, classifier, fmt::format("\"classifier.bias\": \"{}\"", file));
    };
  };
  const auto not_a_name = [](const std::string& file) {
    return "$/model.safetensors.index.json: weight_map: tensor 'classifier.bias' is said to be in '" + file +
           "'; expected the name of a .safetensors file in this folder";
  };
  const std::vector<Case> cases{
      {"missing shard", [](const std::string& dir) { fs::remove(dir + "/" + shard_name(1, 3)); }, ErrorCode::kNotFound,
       "$/model.safetensors.index.json: of 3 files of weights, 'model-00002-of-00003.safetensors' is not in the "
       "folder; fetch it again"},
      {"truncated shard", [](const std::string& dir) { fs::resize_file(dir + "/" + shard_name(1, 3), 3000); },
       ErrorCode::kBadModel, "$/model-00002-of-00003.safetensors: truncated: expected "},
      {"tensor elsewhere", map_to("model-00002-of-00003.safetensors"), ErrorCode::kBadModel,
       "$/model.safetensors.index.json: weight_map says that tensor 'classifier.bias' is in "
       "'model-00002-of-00003.safetensors', which does not hold it"},
      {"unknown tensor",
       [&](const std::string& dir) {
         replace_in(dir + "/" + kIndex, classifier, classifier + R"(, "x": "model-00001-of-00003.safetensors")");
       },
       ErrorCode::kBadModel,
       "$/model.safetensors.index.json: weight_map says that tensor 'x' is in 'model-00001-of-00003.safetensors', "
       "which does not hold it"},
      {"shard nobody has", map_to("model-00009-of-00003.safetensors"), ErrorCode::kNotFound,
       "$/model.safetensors.index.json: of 4 files of weights, 'model-00009-of-00003.safetensors' is not in the "
       "folder; fetch it again"},
      {"parent folder", map_to("../whole/model.safetensors"), ErrorCode::kBadModel,
       not_a_name("../whole/model.safetensors")},
      {"absolute", map_to("/etc/x.safetensors"), ErrorCode::kBadModel, not_a_name("/etc/x.safetensors")},
      {"subfolder", map_to("a/b.safetensors"), ErrorCode::kBadModel, not_a_name("a/b.safetensors")},
      {"backslash", map_to(R"(..\\x.safetensors)"), ErrorCode::kBadModel, not_a_name(R"(..\x.safetensors)")},
      {"hidden", map_to(".safetensors"), ErrorCode::kBadModel, not_a_name(".safetensors")},
      {"other suffix", map_to("pytorch_model.bin"), ErrorCode::kBadModel, not_a_name("pytorch_model.bin")},
      {"zero byte", map_to("a\\u0000.safetensors"), ErrorCode::kBadModel, not_a_name("a?.safetensors")},
      {"no weight_map", [](const std::string& dir) { write_text(dir + "/" + kIndex, R"({"metadata": {}})"); },
       ErrorCode::kBadModel,
       "$/model.safetensors.index.json: no object 'weight_map' that says which file has which tensor"},
      {"empty weight_map", [](const std::string& dir) { write_text(dir + "/" + kIndex, R"({"weight_map": {}})"); },
       ErrorCode::kBadModel, "$/model.safetensors.index.json: weight_map names no tensor"},
      {"not a string", [](const std::string& dir) { write_text(dir + "/" + kIndex, R"({"weight_map": {"a": 3}})"); },
       ErrorCode::kBadModel, "$/model.safetensors.index.json: weight_map: the file of tensor 'a' is not a string"},
      {"not JSON", [](const std::string& dir) { write_text(dir + "/" + kIndex, "{"); }, ErrorCode::kBadModel,
       "$/model.safetensors.index.json:1:2: not valid JSON: incomplete JSON"},
      {"a tensor missing from the map",
       [&](const std::string& dir) { replace_in(dir + "/" + kIndex, classifier + ",", ""); }, ErrorCode::kBadModel,
       "$/model.safetensors.index.json: tensor 'classifier.bias' is missing (expected shape [2])"},
  };
  for (const Case& c : cases) {
    const std::string dir = dir_ / "damaged";
    fs::remove_all(dir);
    write_tiny_encoder(dir, spec_);
    split_into_shards(dir, 3);
    c.damage(dir);
    const auto loaded = load_classifier(
        {.model_dir = dir, .n_threads = 1, .cache_dir = "none", .tokenizer = std::make_shared<StubTokenizer>(101)});
    ASSERT_FALSE(loaded.has_value()) << c.name;
    EXPECT_EQ(loaded.error().code, c.code) << c.name << ": " << loaded.error().message;
    const std::string expected = dir + c.message.substr(1);
    EXPECT_EQ(loaded.error().message.substr(0, expected.size()), expected) << c.name;
  }
}

TEST(CheckpointTest, SaysHowToConvertOtherFormats) {
  for (const char* name : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5"}) {
    const TempDir dir;
    write_text(dir / name, "x");
    const auto checkpoint = Checkpoint::open(dir.path());
    ASSERT_FALSE(checkpoint.has_value());
    EXPECT_EQ(checkpoint.error(),
              (Error{ErrorCode::kUnsupported, dir.path() + ": the weights are in " + name +
                                                  ", which Pith does not read; convert them with transformers: "
                                                  "AutoModelForTokenClassification.from_pretrained('" +
                                                  dir.path() + "').save_pretrained('" + dir.path() + "')"}));
  }
  const TempDir empty;
  EXPECT_EQ(
      Checkpoint::open(empty.path()).error(),
      (Error{ErrorCode::kNotFound, "cannot open " + empty / "model.safetensors" + ": No such file or directory"}));
}

TEST(ShardIndexTest, RefusesMoreFilesThanAnyModelHas) {
  std::string text = "{\"weight_map\": {";
  for (std::size_t i = 0; i <= kMaxShards; ++i) {
    text += fmt::format("{}\"t{}\": \"{}.safetensors\"", i == 0 ? "" : ",", i, i);
  }
  EXPECT_EQ(parse_shard_index(text + "}}", "i").error(),
            (Error{ErrorCode::kTooLarge, "i: weight_map names more than 1024 files"}));
}

}  // namespace
}  // namespace pith
