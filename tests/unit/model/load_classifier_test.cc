#include "model/load_classifier.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/blob_cache.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

Result<std::shared_ptr<const TokenClassifier>> load(const std::string& dir, const std::string& cache_dir = "none",
                                                    ClassifierLoadInfo* info = nullptr,
                                                    Precision precision = Precision::kInt8,
                                                    std::size_t vocab_size = 101) {
  return load_classifier({.model_dir = dir,
                          .engine = ModelEngine::kOpenVino,
                          .precision = precision,
                          .n_threads = 1,
                          .cache_dir = cache_dir,
                          .tokenizer = std::make_shared<StubTokenizer>(vocab_size)},
                         info);
}

/// What loading a damaged copy of a tiny model says; "$" in it stands for the model's folder.
struct Damage {
  std::string name;
  std::function<void(const std::string& dir)> apply;
  ErrorCode code;
  std::string message;
};

void truncate(const std::string& path, std::size_t n_bytes) { fs::resize_file(path, n_bytes); }

TEST(LoadClassifierTest, SaysWhatIsWrongWithAModelFolder) {
  const std::vector<Damage> cases{
      {"no folder", [](const std::string& dir) { fs::remove_all(dir); }, ErrorCode::kNotFound,
       "no model folder '$': expected a folder with config.json, model.safetensors and the tokenizer's files"},
      {"a file for a folder",
       [](const std::string& dir) {
         fs::remove_all(dir);
         write_text(dir, "x");
       },
       ErrorCode::kUnsupported,
       "'$' is a file, and engine openvino reads folders in Hugging Face layout; GGUF files are engine llama's"},
      {"no config", [](const std::string& dir) { fs::remove(dir + "/config.json"); }, ErrorCode::kNotFound,
       "cannot open $/config.json: No such file or directory"},
      {"no weights", [](const std::string& dir) { fs::remove(dir + "/model.safetensors"); }, ErrorCode::kNotFound,
       "cannot open $/model.safetensors: No such file or directory"},
      {"weights are a folder",
       [](const std::string& dir) {
         fs::remove(dir + "/model.safetensors");
         fs::create_directory(dir + "/model.safetensors");
       },
       ErrorCode::kIo, "cannot read $/model.safetensors: not a regular file"},
      {"bad JSON", [](const std::string& dir) { write_text(dir + "/config.json", "{\"model_type\" \"bert\"}"); },
       ErrorCode::kBadModel, "$/config.json:1:15: not valid JSON: syntax error"},
      {"other model",
       [](const std::string& dir) { write_text(dir + "/config.json", R"({"model_type": "deberta-v2"})"); },
       ErrorCode::kUnsupported,
       "$/config.json: model_type 'deberta-v2' is not supported; supported: bert, roberta, xlm-roberta, distilbert, "
       "modernbert"},
      {"one label",
       [](const std::string& dir) {
         write_text(dir + "/config.json", tiny_config_json({.id2label = R"({"0": "x"})"}));
       },
       ErrorCode::kBadModel,
       "$/config.json: a keep/drop classifier has 2 labels, found 1; this is not a token classifier Pith can use"},
      {"truncated weights", [](const std::string& dir) { truncate(dir + "/model.safetensors", 100'000); },
       ErrorCode::kBadModel, "$/model.safetensors: truncated: expected 173256 bytes of tensors, found 95776"},
      {"truncated header", [](const std::string& dir) { truncate(dir + "/model.safetensors", 1000); },
       ErrorCode::kBadModel, "$/model.safetensors: truncated: expected 4216 bytes of header, found 992"},
      {"more layers than there are",
       [](const std::string& dir) { write_text(dir + "/config.json", tiny_config_json({.n_layers = 3})); },
       ErrorCode::kBadModel,
       "$/model.safetensors: tensor 'bert.encoder.layer.2.attention.self.query.weight' is missing (expected shape [48, "
       "48])"},
      {"another vocabulary",
       [](const std::string& dir) { write_text(dir + "/config.json", tiny_config_json({.vocab_size = 102})); },
       ErrorCode::kBadModel,
       "$/model.safetensors: tensor 'bert.embeddings.word_embeddings.weight' has shape [101, 48], expected [102, 48]"},
      {"a swapped matrix",
       [](const std::string& dir) {
         write_tiny_encoder(dir, {}, [](TensorSpec* tensor) {
           if (tensor->name == "bert.encoder.layer.1.output.dense.weight") tensor->shape = {80, 48};
         });
       },
       ErrorCode::kBadModel,
       "$/model.safetensors: tensor 'bert.encoder.layer.1.output.dense.weight' has shape [80, 48], expected [48, 80]"},
      {"no classifier",
       [](const std::string& dir) {
         write_tiny_encoder(dir, {}, [](TensorSpec* tensor) {
           if (tensor->name == "classifier.weight") tensor->name = "head.weight";
         });
       },
       ErrorCode::kBadModel, "$/model.safetensors: tensor 'classifier.weight' is missing (expected shape [2, 48])"},
      {"a type nobody reads",
       [](const std::string& dir) {
         std::string bytes = read_text(dir + "/model.safetensors");
         const std::string name = "\"bert.encoder.layer.0.output.dense.weight\":{\"dtype\":\"F32\"";
         const std::size_t at = bytes.find(name);
         ASSERT_NE(at, std::string::npos);
         bytes.replace(at + name.size() - 4, 3, "U32");
         write_text(dir + "/model.safetensors", bytes);
       },
       ErrorCode::kBadModel,
       "$/model.safetensors: tensor 'bert.encoder.layer.0.output.dense.weight' has dtype U32, expected F32, F16, BF16 "
       "or "
       "I8"},
  };
  for (const Damage& damage : cases) {
    const TempDir parent;
    const std::string dir = parent / "model";
    write_tiny_encoder(dir, {});
    damage.apply(dir);
    std::string message = damage.message;
    for (std::size_t at = message.find('$'); at != std::string::npos; at = message.find('$', at + dir.size())) {
      message.replace(at, 1, dir);
    }
    const auto classifier = load(dir);
    ASSERT_FALSE(classifier.has_value()) << damage.name;
    EXPECT_EQ(classifier.error(), (Error{damage.code, message})) << damage.name;
  }
}

TEST(LoadClassifierTest, RefusesAFolderItMayNotRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TempDir dir;
  write_tiny_encoder(dir.path(), {});
  fs::permissions(dir / "model.safetensors", fs::perms::none);
  const auto classifier = load(dir.path());
  ASSERT_FALSE(classifier.has_value());
  EXPECT_EQ(classifier.error(), (Error{ErrorCode::kIo, "cannot open " + dir / "model.safetensors: Permission denied"}));
}

TEST(LoadClassifierTest, RefusesATokenizerLargerThanTheEmbeddings) {
  const TempDir dir;
  write_tiny_encoder(dir.path(), {});
  EXPECT_EQ(load(dir.path(), "none", nullptr, Precision::kInt8, 102).error(),
            (Error{ErrorCode::kBadModel, dir / "config.json: vocab_size is 101, but the tokenizer has ids up to 101"}));
  // Fewer is fine: checkpoints pad their tables, and added tokens have rows of their own.
  EXPECT_TRUE(load(dir.path(), "none", nullptr, Precision::kInt8, 50).has_value());
}

TEST(LoadClassifierTest, RefusesThreadCountsOutsideItsRange) {
  const TempDir dir;
  write_tiny_encoder(dir.path(), {});
  for (const int n : {-1, 1025}) {
    EXPECT_EQ(load_classifier({.model_dir = dir.path(), .n_threads = n}).error(),
              (Error{ErrorCode::kInvalidArgument, "n_threads must be from 0 to 1024, found " + std::to_string(n)}));
  }
  EXPECT_GE(usable_cores(), 1);
}

TEST(LoadClassifierTest, SaysThatACheckpointOverflows) {
  const TempDir dir;
  write_tiny_encoder(dir.path(), {});
  // The word table is gathered unchecked; a NaN in it shows in the output.
  std::string bytes = read_text(dir / "model.safetensors");
  const auto file = SafeTensors::open(dir / "model.safetensors");
  const auto& table = *file->find("bert.embeddings.word_embeddings.weight");
  const auto at = static_cast<std::size_t>(table.bytes.data() - file->bytes().data());
  bytes.replace(at + 7 * 48 * 4, 4, "\xFF\xFF\xFF\x7F");
  write_text(dir / "other", bytes);
  fs::rename(dir / "other", dir / "model.safetensors");
  const auto classifier = load(dir.path(), "none", nullptr, Precision::kF32);
  ASSERT_TRUE(classifier.has_value()) << classifier.error().message;
  TokenSequences sequences;
  sequences.ids = {6, 8};
  sequences.end_sequence();
  EXPECT_TRUE((*classifier)->keep_probabilities(sequences).has_value());
  sequences.ids = {6, 7};
  EXPECT_EQ(
      (*classifier)->keep_probabilities(sequences).error(),
      (Error{ErrorCode::kBadModel, dir.path() + ": the network's output is not a number; the checkpoint holds values "
                                                "that are not finite or too large"}));
}

class CompiledCacheTest : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override { write_tiny_encoder(model(), spec_); }

  [[nodiscard]] std::string model() const { return dir_ / "model"; }
  [[nodiscard]] std::string cache() const { return dir_ / "cache"; }

  /// Loads, checks that results are those without a cache, and returns what loading did.
  ClassifierLoadInfo load_and_compare(const std::string& cache_dir) {
    ClassifierLoadInfo info;
    const auto cached = load(model(), cache_dir, &info, GetParam());
    EXPECT_TRUE(cached.has_value()) << cached.error().message;
    const std::vector<std::size_t> lengths{70, 9, 33};
    const auto sequences = random_sequences(lengths, 101, 4);
    if (expected_.empty()) {
      expected_ = load(model(), "none", nullptr, GetParam()).value()->keep_probabilities(sequences).value();
    }
    EXPECT_EQ((*cached)->keep_probabilities(sequences).value(), expected_);
    return info;
  }

  [[nodiscard]] std::vector<std::string> blobs() const {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(cache())) paths.push_back(entry.path().string());
    return paths;
  }

  TinyEncoderSpec spec_{.hidden_size = 64, .n_heads = 2, .intermediate_size = 128};
  TempDir dir_;
  std::vector<float> expected_;  // without a cache
};

TEST_P(CompiledCacheTest, IsWrittenOnceAndThenRead) {
  auto info = load_and_compare(cache());
  EXPECT_FALSE(info.from_cache);
  EXPECT_TRUE(info.cache_written);
  info = load_and_compare(cache());
  EXPECT_TRUE(info.from_cache);
  EXPECT_FALSE(info.cache_written);
  EXPECT_EQ(blobs().size(), 1U);
}

TEST_P(CompiledCacheTest, ReplacesDamagedBlobs) {
  load_and_compare(cache());
  const std::string path = blobs().at(0);
  const std::string whole = read_text(path);
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  for (const std::string& damaged : {std::string(), whole.substr(0, 20), whole.substr(0, whole.size() / 2), flipped,
                                     std::string(whole.size(), '\0')}) {
    fs::remove(path);  // an engine may have the old file mapped: never write into it
    write_text(path, damaged);
    EXPECT_TRUE(load_and_compare(cache()).cache_written);
    EXPECT_TRUE(load_and_compare(cache()).from_cache);
  }
}

TEST_P(CompiledCacheTest, ReplacesWholeBlobsThatTheEngineDoesNotTake) {
  load_and_compare(cache());
  const std::string whole = read_text(blobs().at(0));
  BlobKey key;
  std::memcpy(key.bytes.data(), whole.data() + 8, key.bytes.size());
  const BlobCache blob_cache(cache());
  ASSERT_EQ(blob_cache.path_of(key), blobs().at(0));
  for (const std::string& payload : {std::string(), std::string("not a network"), std::string(100'000, 'x')}) {
    ASSERT_TRUE(blob_cache.store(key, [&](std::ostream& out) { out << payload; }));
    EXPECT_TRUE(load_and_compare(cache()).cache_written);
    EXPECT_TRUE(load_and_compare(cache()).from_cache);
  }
}

TEST_P(CompiledCacheTest, CompilesAgainWhenTheWeightsChange) {
  load_and_compare(cache());
  spec_.seed = 99;
  write_tiny_encoder(model(), spec_);
  expected_.clear();
  EXPECT_FALSE(load_and_compare(cache()).from_cache);
}

TEST_P(CompiledCacheTest, WorksWithoutAFolderItCanWrite) {
  write_text(cache(), "a file, not a folder");
  const auto info = load_and_compare(cache());
  EXPECT_FALSE(info.from_cache);
  EXPECT_FALSE(info.cache_written);
  EXPECT_EQ(read_text(cache()), "a file, not a folder");
}

INSTANTIATE_TEST_SUITE_P(Precisions, CompiledCacheTest, testing::Values(Precision::kInt8, Precision::kF32),
                         [](const auto& p) { return p.param == Precision::kInt8 ? "Int8" : "F32"; });

TEST(CompiledCachePrecisionTest, KeepsPrecisionsApart) {
  const TempDir dir;
  write_tiny_encoder(dir / "model", {});
  ClassifierLoadInfo info;
  ASSERT_TRUE(load(dir / "model", dir / "cache", &info, Precision::kInt8).has_value());
  ASSERT_TRUE(load(dir / "model", dir / "cache", &info, Precision::kF32).has_value());
  EXPECT_FALSE(info.from_cache);
}

}  // namespace
}  // namespace pith
