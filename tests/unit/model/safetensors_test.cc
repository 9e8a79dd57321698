#include "model/safetensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

/// A file with this header and `n_data` bytes after it.
std::string file_bytes(const std::string& header, std::size_t n_data) {
  const std::uint64_t n = header.size();
  return std::string(reinterpret_cast<const char*>(&n), sizeof(n)) + header + std::string(n_data, '\1');
}

constexpr const char* kTwoTensors =
    R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I8","shape":[4],"data_offsets":[24,28]}})";

TEST(SafeTensorsTest, FindsTensorsWhereTheHeaderSays) {
  const std::string bytes = file_bytes(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I8","shape":[4],"data_offsets":[24,28]},)"
      R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"s":{"dtype":"BF16","shape":[],"data_offsets":[28,30]},)"
      R"("none":{"dtype":"F16","shape":[3,0],"data_offsets":[30,30]}}   )",
      30);
  const auto file = SafeTensors::parse(bytes, "m");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->tensors().size(), 4U);
  EXPECT_EQ(file->metadata().at("format"), "pt");
  const TensorView* a = file->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->dtype, Dtype::kF32);
  EXPECT_EQ(a->shape, (Shape{2, 3}));
  EXPECT_EQ(a->n_elements(), 6U);
  EXPECT_EQ(a->bytes.data(), bytes.data() + bytes.size() - 30);
  EXPECT_EQ(file->find("b")->bytes.data(), bytes.data() + bytes.size() - 6);
  EXPECT_EQ(file->find("s")->n_elements(), 1U);
  EXPECT_EQ(file->find("none")->n_elements(), 0U);
  EXPECT_EQ(file->find("c"), nullptr);
}

TEST(SafeTensorsTest, ToleratesUnknownTypesUntilTheyAreNeeded) {
  const auto file =
      SafeTensors::parse(file_bytes(R"({"x":{"dtype":"F8_E5M2","shape":[7],"data_offsets":[0,7]}})", 7), "m");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->find("x")->dtype, Dtype::kOther);
  EXPECT_EQ(file->find("x")->stored_dtype, "F8_E5M2");
}

TEST(SafeTensorsTest, NamesFileTensorAndBothShapes) {
  const std::string bytes = file_bytes(kTwoTensors, 28);
  const auto file = SafeTensors::parse(bytes, "dir/model.safetensors");
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->require("a", {2, 3}).has_value());
  EXPECT_EQ(file->require("a", {3, 2}).error(),
            (Error{ErrorCode::kBadModel, "dir/model.safetensors: tensor 'a' has shape [2, 3], expected [3, 2]"}));
  EXPECT_EQ(file->require("z", {5}).error(),
            (Error{ErrorCode::kBadModel, "dir/model.safetensors: tensor 'z' is missing (expected shape [5])"}));
}

struct BadFile {
  std::string bytes;
  std::string message;
};

TEST(SafeTensorsTest, RefusesDamagedFilesAndSaysHow) {
  const std::string whole = file_bytes(kTwoTensors, 28);
  const auto entry = [](const std::string& fields) { return file_bytes("{\"t\":{" + fields + "}}", 8); };
  const std::vector<BadFile> cases{
      {"", "m: truncated: a safetensors file starts with 8 bytes of length, found 0 bytes in all"},
      {whole.substr(0, 5), "m: truncated: a safetensors file starts with 8 bytes of length, found 5 bytes in all"},
      {whole.substr(0, 40), "m: truncated: expected 111 bytes of header, found 32"},
      {whole.substr(0, whole.size() - 5), "m: truncated: expected 28 bytes of tensors, found 23"},
      {whole + "xy", "m: 2 bytes follow the last tensor, which ends at byte 147"},
      {std::string(8, '\xFF') + whole.substr(8),
       "m: not a safetensors file: its header would have 18446744073709551615 bytes, more than the 16777216 that are "
       "allowed"},
      {file_bytes("[1,2]", 0), "m: the header is not a JSON object"},
      {file_bytes(R"({"__metadata__":3})", 0), "m: __metadata__ is not an object"},
      {file_bytes(R"({"__metadata__":{"a":1}})", 0), "m: __metadata__ holds something other than strings"},
      {file_bytes(R"({"t":7})", 0), "m: tensor 't' is not an object"},
      {entry(R"("shape":[2],"data_offsets":[0,8])"), "m: tensor 't' has no dtype"},
      {entry(R"("dtype":"F32","data_offsets":[0,8])"), "m: tensor 't' has no shape"},
      {entry(R"("dtype":"F32","shape":[2])"), "m: tensor 't' has no data_offsets pair"},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,9])"), "m: tensor 't' has no data_offsets pair"},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"),
       "m: tensor 't' has data_offsets that are not an ascending pair of whole numbers"},
      {entry(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"),
       "m: tensor 't' has data_offsets that are not an ascending pair of whole numbers"},
      {entry(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"),
       "m: tensor 't' has a dimension that is not a whole number"},
      {entry(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"),
       "m: tensor 't' has a dimension that is not a whole number"},
      {entry(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"),
       "m: tensor 't' F32 [3] needs 12 bytes, its data_offsets hold 8"},
      // Products that wrap around 64 bits to something plausible.
      {entry(R"("dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8])"),
       "m: tensor 't' F32 [4294967296, 4294967296, 2] needs more than 2^63 bytes, its data_offsets hold 8"},
      {entry(R"("dtype":"I8","shape":[18446744073709551615],"data_offsets":[0,8])"),
       "m: tensor 't' has a dimension that is not a whole number"},
      {entry(R"("dtype":"I8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8],"data_offsets":[0,8])"),
       "m: tensor 't' has 17 dimensions, more than 16"},
      {file_bytes(R"({"t":{"dtype":"I8","shape":[18446744073709551607],"data_offsets":[9,18446744073709551615]}})", 8),
       "m: tensor 't' has a dimension that is not a whole number"},
      {file_bytes(R"({"t":{"dtype":"X","shape":[],"data_offsets":[9,18446744073709551615]}})", 8),
       "m: truncated: expected 18446744073709551615 bytes of tensors, found 8"},
      {file_bytes(
           R"({"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[4],"data_offsets":[3,7]}})",
           7),
       "m: tensors 'a' and 'b' overlap"},
      {file_bytes(R"({"t":{"dtype":"F32","shape":)", 0), "m (header):1:29: not valid JSON: incomplete JSON"},
  };
  for (const BadFile& bad : cases) {
    const auto file = SafeTensors::parse(bad.bytes, "m");
    ASSERT_FALSE(file.has_value()) << bad.message;
    EXPECT_EQ(file.error(), (Error{ErrorCode::kBadModel, bad.message}));
  }
}

TEST(SafeTensorsTest, RefusesEveryTruncation) {
  const std::string whole = file_bytes(kTwoTensors, 28);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto file = SafeTensors::parse(std::string_view(whole).substr(0, n), "m");
    ASSERT_FALSE(file.has_value()) << n;
    EXPECT_EQ(file.error().code, ErrorCode::kBadModel);
  }
}

TEST(SafeTensorsTest, CutsHostileNamesInMessages) {
  const auto file = SafeTensors::parse(file_bytes("{\"" + std::string(5000, 'x') + "\\n\":1}", 0), "m");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().message, "m: tensor '" + std::string(120, 'x') + "...' is not an object");
}

TEST(SafeTensorsTest, TellsAMissingFileFromAnUnreadableOne) {
  const TempDir dir;
  EXPECT_EQ(SafeTensors::open(dir / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(SafeTensors::open(dir.path()).error().code, ErrorCode::kIo);
}

TEST(SafeTensorsWriterTest, WritesWhatTheReaderReads) {
  const TempDir dir;
  const std::vector<float> floats{1.5F, -2.0F, 3.25F};
  const std::vector<std::int8_t> bytes{-127, 0, 127, 4, 5};
  {
    auto writer = SafeTensorsWriter::create(
        dir / "m.safetensors",
        {{"floats", Dtype::kF32, {3, 1}}, {"bytes", Dtype::kI8, {5}}, {"none", Dtype::kF16, {0}}}, {{"format", "pt"}});
    ASSERT_TRUE(writer.has_value());
    EXPECT_TRUE(writer->append(as_bytes_view(std::span(floats))).has_value());
    EXPECT_TRUE(writer->append(as_bytes_view(std::span(bytes))).has_value());
    EXPECT_TRUE(writer->append({}).has_value());
    EXPECT_FALSE(std::filesystem::exists(dir / "m.safetensors"));
    EXPECT_TRUE(writer->finish().has_value());
  }
  const auto file = SafeTensors::open(dir / "m.safetensors");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->metadata().at("format"), "pt");
  EXPECT_EQ(file->find("floats")->bytes, as_bytes_view(std::span(floats)));
  EXPECT_EQ(file->find("bytes")->bytes, as_bytes_view(std::span(bytes)));
  EXPECT_EQ((file->find("floats")->bytes.data() - file->bytes().data()) % 64, 0);
  EXPECT_FALSE(std::filesystem::exists(dir / "m.safetensors.partial"));
}

TEST(SafeTensorsWriterTest, LeavesNothingBehindWhenAbandoned) {
  const TempDir dir;
  { const auto writer = SafeTensorsWriter::create(dir / "m", {{"a", Dtype::kI8, {2}}}, {}); }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(SafeTensorsWriterTest, RefusesWhatCannotBeWritten) {
  const TempDir dir;
  EXPECT_EQ(SafeTensorsWriter::create(dir / "no/such/folder/m", {}, {}).error().code, ErrorCode::kIo);
  EXPECT_EQ(SafeTensorsWriter::create(dir / "m", {{"a", Dtype::kOther, {2}}}, {}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(SafeTensorsWriter::create(dir / "m", {{"a", Dtype::kI8, {-1}}}, {}).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace pith
