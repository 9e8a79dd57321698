#include "model/weights.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/tiny_encoder.h"

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

Checkpoint store(const std::string& path, const std::vector<Stored>& tensors) {
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
  return Checkpoint::of(SafeTensors::open(path).value());
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
  const WeightReader reader(file, Architecture::kBert);
  for (const char* name : {"f32", "f16", "bf16", "i8"}) {
    EXPECT_EQ(reader.values(name, {2, 3}).value(), values) << name;
    const auto table = reader.embedding(name, 2, 3);
    ASSERT_TRUE(table.has_value());
    std::vector<float> row{1, 1, 1};
    ASSERT_TRUE(table->add_row(1, row).has_value());
    EXPECT_EQ(row, (std::vector<float>{1.25F, 9.0F, 0.875F})) << name;
  }
}

TEST(WeightReaderTest, UsesStoredInt8AsItIsAndQuantisesTheRest) {
  const TempDir dir;
  const auto values = random_values(6, 3);
  const auto file = store(dir / "m", {{"f32", Dtype::kF32, {2, 3}, values},
                                      {"i8_scale", Dtype::kF32, {2}, {0.5F, 0.25F}},
                                      {"i8", Dtype::kI8, {2, 3}, {1, -2, 3, 4, 5, -128}}});
  const WeightReader reader(file, Architecture::kBert);
  const auto stored = reader.int8_matrix("i8", 2, 3);
  ASSERT_TRUE(stored.has_value());
  EXPECT_TRUE(stored->storage.empty());
  EXPECT_EQ(static_cast<const void*>(stored->values.data()), static_cast<const void*>(file.find("i8")->bytes.data()));
  EXPECT_EQ(stored->scales, (std::vector<float>{0.5F, 0.25F}));
  const auto quantised = reader.int8_matrix("f32", 2, 3);
  ASSERT_TRUE(quantised.has_value());
  EXPECT_EQ(quantised->scales, quantize_rows(values, 2, 3).scales);
}

TEST(WeightReaderTest, RoundsTo16BitsOnceAndUsesWhatIsStoredSo) {
  const TempDir dir;
  const std::vector<float> values{1.0F, 1.0009765625F, 1.00048828125F, -65504.0F, 3.0e-8F, 1.00390625F};
  const auto file = store(dir / "m", {{"f32", Dtype::kF32, {2, 3}, values}, {"f16", Dtype::kF16, {2, 3}, values}});
  const WeightReader reader(file, Architecture::kBert);
  const auto rounded = reader.half_matrix("f32", 2, 3, Dtype::kF16).value();
  EXPECT_EQ(rounded.storage, (std::vector<std::uint16_t>{0x3C00, 0x3C01, 0x3C00, 0xFBFF, 0x0001, 0x3C04}));
  const auto stored = reader.half_matrix("f16", 2, 3, Dtype::kF16).value();
  EXPECT_TRUE(stored.storage.empty());
  EXPECT_EQ(stored.bytes, rounded.bytes);
  const auto wide = reader.half_matrix("f16", 2, 3, Dtype::kBF16).value();
  EXPECT_EQ(wide.storage, (std::vector<std::uint16_t>{0x3F80, 0x3F80, 0x3F80, 0xC780, 0x3380, 0x3F80}));

  const auto large = store(dir / "large", {{"x", Dtype::kF32, {1, 1}, {65520.0F}}});
  EXPECT_EQ(WeightReader(large, Architecture::kBert).half_matrix("x", 1, 1, Dtype::kF16).error(),
            (Error{ErrorCode::kBadModel,
                   dir / "large" + ": tensor 'x' holds values beyond what F16 can hold; use another precision"}));
}

TEST(WeightReaderTest, CopiesTheRowsOfALargeTable) {
  const TempDir dir;
  constexpr std::size_t kCols = 1024;
  constexpr std::size_t kRows = kMaxMappedTableBytes / kCols + 7;
  constexpr std::size_t kScaleBytes = kRows * sizeof(float);
  constexpr std::size_t kRow = kRows - 3;
  // A file with a hole where most of the table is: zeros that take no space.
  std::string header = fmt::format(R"({{"t_scale": {{"dtype": "F32", "shape": [{0}], "data_offsets": [0, {1}]}}, )"
                                   R"("t": {{"dtype": "I8", "shape": [{0}, {2}], "data_offsets": [{1}, {3}]}}}})",
                                   kRows, kScaleBytes, kCols, kScaleBytes + kRows * kCols);
  const std::uint64_t n_header = header.size();
  header.insert(0, reinterpret_cast<const char*>(&n_header), sizeof(n_header));
  write_text(dir / "m", header);
  std::filesystem::resize_file(dir / "m", header.size() + kScaleBytes + kRows * kCols);
  {
    std::fstream out(dir / "m", std::ios::binary | std::ios::in | std::ios::out);
    const float scale = 0.5F;
    out.seekp(static_cast<std::streamoff>(header.size() + kRow * sizeof(float)));
    out.write(reinterpret_cast<const char*>(&scale), sizeof(scale));
    out.seekp(static_cast<std::streamoff>(header.size() + kScaleBytes + kRow * kCols + 5));
    out.put(7);
  }

  const auto checkpoint = Checkpoint::of(SafeTensors::open(dir / "m").value());
  const auto table = WeightReader(checkpoint, Architecture::kBert).embedding("t", kRows, kCols).value();
  std::vector<float> row(kCols, 1.0F);
  ASSERT_TRUE(table.add_row(kRow, row).has_value());
  EXPECT_EQ(row[5], 4.5F);
  row[5] = 1.0F;
  EXPECT_EQ(row, std::vector<float>(kCols, 1.0F));
  // Cut behind our back: an error, not a crash.
  std::filesystem::resize_file(dir / "m", header.size() + 100);
  const auto cut = table.add_row(kRow, row);
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code, ErrorCode::kIo);
}

TEST(WeightReaderTest, FindsEncoderTensorsWithAndWithoutPrefix) {
  const TempDir dir;
  const auto with = store(dir / "a", {{"bert.embeddings.word_embeddings.weight", Dtype::kF32, {1, 1}, {1}}});
  const auto without = store(dir / "b", {{"embeddings.word_embeddings.weight", Dtype::kF32, {1, 1}, {1}}});
  EXPECT_EQ(WeightReader(with, Architecture::kBert).encoder("x"), "bert.x");
  EXPECT_EQ(WeightReader(without, Architecture::kBert).encoder("x"), "x");
  EXPECT_EQ(WeightReader(with, Architecture::kXlmRoberta).encoder("x"), "x");
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
  const WeightReader reader(file, Architecture::kBert);
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
  const auto odd = Checkpoint::of(SafeTensors::parse(bytes, "m").value());
  EXPECT_EQ(WeightReader(odd, Architecture::kBert).values("odd", {1}).error().message,
            "m: tensor 'odd' has dtype I64, expected F32, F16, BF16 or I8");
}

}  // namespace
}  // namespace pith
