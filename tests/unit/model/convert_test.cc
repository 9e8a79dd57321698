#include "model/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/load_classifier.h"
#include "model/registry.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

std::vector<float> run(const std::string& dir, Precision precision, const TokenSequences& sequences) {
  const auto classifier = load_classifier({.model_dir = dir,
                                           .precision = precision,
                                           .n_threads = 1,
                                           .cache_dir = "none",
                                           .tokenizer = std::make_shared<StubTokenizer>(101)});
  if (!classifier) throw std::runtime_error(classifier.error().message);
  return (*classifier)->keep_probabilities(sequences).value();
}

/// Makes the word vectors of a tiny F32 model exactly representable as int8 rows: multiples of 1/64, the largest
/// 127/64.
void make_words_exact(const std::string& dir) {
  std::string bytes = read_text(dir + "/model.safetensors");
  const auto file = SafeTensors::open(dir + "/model.safetensors");
  const TensorView& words = *file->find("bert.embeddings.word_embeddings.weight");
  const auto at = static_cast<std::size_t>(words.bytes.data() - file->bytes().data());
  for (std::size_t i = 0; i < words.n_elements(); ++i) {
    const float value = static_cast<float>(i % 48 == 0 ? 127 : static_cast<int>((i * 37) % 201) - 100) / 64;
    bytes.replace(at + i * sizeof(float), sizeof(float), reinterpret_cast<const char*>(&value), sizeof(float));
  }
  write_text(dir + "/other", bytes);
  fs::rename(dir + "/other", dir + "/model.safetensors");
}

const std::vector<std::size_t> kLengths{70, 1, 33, 16};

TEST(ConvertTest, GivesTheBitsThatQuantisingAtLoadGives) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {.seed = 8});
  make_words_exact(dir / "in");
  ASSERT_TRUE(convert_to_int8(dir / "in", dir / "out").has_value());
  const auto sequences = random_sequences(kLengths, 101, 2);
  EXPECT_EQ(run(dir / "out", Precision::kInt8, sequences), run(dir / "in", Precision::kInt8, sequences));
}

TEST(ConvertTest, IsStableUnderRepetition) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {.seed = 9, .dtype = Dtype::kF16, .has_prefix = false});
  ASSERT_TRUE(convert_to_int8(dir / "in", dir / "once").has_value());
  ASSERT_TRUE(convert_to_int8(dir / "once", dir / "twice").has_value());
  EXPECT_EQ(read_text(dir / "once/model.safetensors"), read_text(dir / "twice/model.safetensors"));
}

TEST(ConvertTest, StaysNearTheOriginalInF32) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {.seed = 10});
  ASSERT_TRUE(convert_to_int8(dir / "in", dir / "out").has_value());
  const auto sequences = random_sequences(kLengths, 101, 2);
  const auto before = run(dir / "in", Precision::kF32, sequences);
  const auto after = run(dir / "out", Precision::kF32, sequences);
  float largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) largest = std::max(largest, std::abs(before[i] - after[i]));
  // Weights rounded to 1/127 of their row's largest: measured 0.011.
  EXPECT_LT(largest, 0.03F);
  EXPECT_GT(largest, 0.0F);
}

TEST(ConvertTest, WritesASmallerWholeFolder) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {.dtype = Dtype::kF16});
  write_text(dir / "in/tokenizer.json", "{}");
  write_text(dir / "in/vocab.txt", "[PAD]\n");
  write_text(dir / "in/optimizer.pt", "not needed");
  const auto report = convert_to_int8(dir / "in", dir / "deep/out");
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->n_bytes_after, static_cast<std::int64_t>(fs::file_size(dir / "deep/out/model.safetensors")));
  EXPECT_LT(report->n_bytes_after, report->n_bytes_before * 7 / 10);
  EXPECT_EQ(report->n_int8_tensors, 13);  // 6 matrices in each of 2 layers, and the word vectors
  EXPECT_EQ(read_text(dir / "deep/out/config.json"), read_text(dir / "in/config.json"));
  EXPECT_TRUE(fs::exists(dir / "deep/out/tokenizer.json"));
  EXPECT_FALSE(fs::exists(dir / "deep/out/vocab.txt"));  // tokenizer.json has the vocabulary
  EXPECT_FALSE(fs::exists(dir / "deep/out/optimizer.pt"));
  fs::remove(dir / "in/tokenizer.json");
  ASSERT_TRUE(convert_to_int8(dir / "in", dir / "out2").has_value());
  EXPECT_TRUE(fs::exists(dir / "out2/vocab.txt"));
}

TEST(ConvertTest, RefusesWithoutLeavingAModelBehind) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {});
  EXPECT_EQ(convert_to_int8(dir / "in", dir / "in").error(),
            (Error{ErrorCode::kInvalidArgument, "cannot convert " + dir / "in" + " into itself: name another folder"}));
  EXPECT_EQ(convert_to_int8(dir / "none", dir / "out").error().code, ErrorCode::kNotFound);
  write_text(dir / "file", "x");
  EXPECT_EQ(convert_to_int8(dir / "in", dir / "file/out").error().code, ErrorCode::kIo);
  fs::resize_file(dir / "in/model.safetensors", 5000);
  EXPECT_EQ(convert_to_int8(dir / "in", dir / "out").error().code, ErrorCode::kBadModel);
  EXPECT_FALSE(fs::exists(dir / "out"));
}

TEST(DescribeModelTest, CountsWhatIsThere) {
  const TempDir dir;
  write_tiny_encoder(dir / "in", {.dtype = Dtype::kF16});
  ASSERT_TRUE(convert_to_int8(dir / "in", dir / "out").has_value());
  const auto before = describe_model(dir / "in");
  const auto after = describe_model(dir / "out");
  ASSERT_TRUE(before.has_value());
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(before->architecture, "bert");
  EXPECT_EQ(before->n_layers, 2);
  EXPECT_EQ(before->max_sequence_tokens, 70);
  EXPECT_EQ(before->storage, "F16");
  EXPECT_EQ(before->keep_label, "PRESERVE (1)");
  EXPECT_EQ(after->storage, "I8, F16, F32");
  EXPECT_EQ(after->n_parameters, before->n_parameters);  // scales are not parameters
  EXPECT_EQ(describe_model(dir / "none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pith
