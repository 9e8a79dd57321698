#include "model/weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/tiny_bert.h"

namespace pith {
namespace {

std::vector<float> random_values(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(n);
  for (float& x : values) x = uniform(random);
  return values;
}

/// Writes tensors of floats in the given storage types to a file.
struct Stored {
  std::string name;
  Dtype dtype;
  Shape shape;
  std::vector<float> values;
};

SafeTensors store(const std::string& path, const std::vector<Stored>& tensors) {
  std::vector<TensorSpec> specs;
  for (const Stored& t : tensors) specs.push_back({t.name, t.dtype, t.shape});
  auto writer = SafeTensorsWriter::create(path, specs, {});
  for (const Stored& t : tensors) {
    std::string bytes;
    for (const float x : t.values) {
      if (t.dtype == Dtype::kI8) {
        bytes += static_cast<char>(static_cast<std::int8_t>(x));
      } else {
        append_stored(x, t.dtype, &bytes);
      }
    }
    if (!writer->append(bytes)) throw std::runtime_error("append");
  }
  if (!writer->finish()) throw std::runtime_error("finish");
  return SafeTensors::open(path).value();
}

TEST(QuantizeRowsTest, IsWithinHalfAStepOfEveryValue) {
  constexpr std::int64_t kRows = 7;
  constexpr std::int64_t kCols = 33;
  auto values = random_values(kRows * kCols, 5);
  for (std::size_t c = 0; c < kCols; ++c) values[2 * kCols + c] *= 1e-4F;  // rows have scales of their own
  const Int8Matrix matrix = quantize_rows(values, kRows, kCols);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float scale = matrix.scales[i / kCols];
    EXPECT_NEAR(scale * static_cast<float>(matrix.values[i]), values[i], 0.5F * scale * 1.0001F);
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    const auto row = matrix.values.subspan(r * kCols, kCols);
    EXPECT_TRUE(std::any_of(row.begin(), row.end(), [](std::int8_t q) { return q == 127 || q == -127; }));
  }
}

TEST(QuantizeRowsTest, KeepsZerosAndSurvivesTinyAndHugeRows) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float huge = std::numeric_limits<float>::max();
  const std::vector<float> values{0, 0, 0, tiny, -tiny, 0, huge, -huge, huge / 2};
  const Int8Matrix matrix = quantize_rows(values, 3, 3);
  EXPECT_EQ(matrix.scales[0], 0.0F);
  EXPECT_EQ(std::vector<std::int8_t>(matrix.values.begin(), matrix.values.begin() + 3),
            (std::vector<std::int8_t>(3, 0)));
  EXPECT_EQ(matrix.values[6], 127);
  EXPECT_EQ(matrix.values[7], -127);
  EXPECT_TRUE(std::isfinite(matrix.scales[2]));
}

TEST(WeightReaderTest, GivesTheSameValuesFromEveryStorage) {
  const TempDir dir;
  // Halves are exact in all of them.
  const std::vector<float> values{0.5F, -1.0F, 2.0F, 0.25F, 8.0F, -0.125F};
  std::vector<float> doubled;
  for (const float x : values) doubled.push_back(x * 8);
  const auto file = store(dir / "m", {{"f32", Dtype::kF32, {2, 3}, values},
                                      {"f16", Dtype::kF16, {2, 3}, values},
                                      {"bf16", Dtype::kBF16, {2, 3}, values},
                                      {"i8_scale", Dtype::kF32, {2}, {0.125F, 0.125F}},
                                      {"i8", Dtype::kI8, {2, 3}, doubled}});
  const WeightReader reader(file);
  for (const char* name : {"f32", "f16", "bf16", "i8"}) {
    EXPECT_EQ(reader.values(name, {2, 3}).value(), values) << name;
    const auto table = reader.embedding(name, 2, 3);
    ASSERT_TRUE(table.has_value());
    std::vector<float> row{1, 1, 1};
    table->add_row(1, row);
    EXPECT_EQ(row, (std::vector<float>{1.25F, 9.0F, 0.875F})) << name;
  }
}

TEST(WeightReaderTest, UsesStoredInt8AsItIsAndQuantisesTheRest) {
  const TempDir dir;
  const auto values = random_values(6, 3);
  const auto file = store(dir / "m", {{"f32", Dtype::kF32, {2, 3}, values},
                                      {"i8_scale", Dtype::kF32, {2}, {0.5F, 0.25F}},
                                      {"i8", Dtype::kI8, {2, 3}, {1, -2, 3, 4, 5, -128}}});
  const WeightReader reader(file);
  const auto stored = reader.int8_matrix("i8", 2, 3);
  ASSERT_TRUE(stored.has_value());
  EXPECT_TRUE(stored->storage.empty());
  EXPECT_EQ(static_cast<const void*>(stored->values.data()), static_cast<const void*>(file.find("i8")->bytes.data()));
  EXPECT_EQ(stored->scales, (std::vector<float>{0.5F, 0.25F}));
  const auto quantised = reader.int8_matrix("f32", 2, 3);
  ASSERT_TRUE(quantised.has_value());
  EXPECT_EQ(quantised->scales, quantize_rows(values, 2, 3).scales);
}

TEST(WeightReaderTest, FindsEncoderTensorsWithAndWithoutPrefix) {
  const TempDir dir;
  const auto with = store(dir / "a", {{"bert.embeddings.word_embeddings.weight", Dtype::kF32, {1, 1}, {1}}});
  const auto without = store(dir / "b", {{"embeddings.word_embeddings.weight", Dtype::kF32, {1, 1}, {1}}});
  EXPECT_EQ(WeightReader(with).encoder("x"), "bert.x");
  EXPECT_EQ(WeightReader(without).encoder("x"), "x");
}

TEST(WeightReaderTest, SaysWhatIsWrongWithATensor) {
  const TempDir dir;
  const float infinity = std::numeric_limits<float>::infinity();
  const auto file = store(dir / "m", {{"inf", Dtype::kF32, {2}, {1, infinity}},
                                      {"inf16", Dtype::kF16, {1}, {infinity}},
                                      {"bare", Dtype::kI8, {1, 2}, {1, 2}},
                                      {"bad_scale", Dtype::kF32, {1}, {-1}},
                                      {"bad", Dtype::kI8, {1, 2}, {1, 2}},
                                      {"short_scale", Dtype::kF32, {2}, {1, 1}},
                                      {"short", Dtype::kI8, {1, 2}, {1, 2}},
                                      {"half_scale", Dtype::kF16, {1}, {1}},
                                      {"half", Dtype::kI8, {1, 2}, {1, 2}}});
  const WeightReader reader(file);
  const std::string path = dir / "m";
  EXPECT_EQ(reader.values("inf", {2}).error(),
            (Error{ErrorCode::kBadModel, path + ": tensor 'inf' holds values that are not finite"}));
  EXPECT_EQ(reader.values("inf16", {1}).error().message, path + ": tensor 'inf16' holds values that are not finite");
  EXPECT_EQ(reader.int8_matrix("bare", 1, 2).error().message,
            path + ": tensor 'bare_scale' is missing (expected shape [1])");
  EXPECT_EQ(reader.int8_matrix("bad", 1, 2).error().message,
            path + ": tensor 'bad_scale' holds -1, scales are finite and not negative");
  EXPECT_EQ(reader.embedding("short", 1, 2).error().message,
            path + ": tensor 'short_scale' has shape [2], expected [1]");
  EXPECT_EQ(reader.embedding("half", 1, 2).error().message, path + ": tensor 'half_scale' has dtype F16, expected F32");

  const std::string header = R"({"odd":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})";
  const std::uint64_t n = header.size();
  const std::string bytes = std::string(reinterpret_cast<const char*>(&n), sizeof(n)) + header + std::string(8, '\0');
  const auto odd = SafeTensors::parse(bytes, "m");
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(WeightReader(*odd).values("odd", {1}).error().message,
            "m: tensor 'odd' has dtype I64, expected F32, F16, BF16 or I8");
}

}  // namespace
}  // namespace pith
