#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "model/llama/gguf_file.h"
#include "support/gguf_bytes.h"
#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Two tensors: a F32 [2, 3] at 0 (24 bytes, padded to 32), b Q8_0 (type 8) [1, 32] at 32 (34 bytes).
GgufBytes small_file() {
  GgufBytes file;
  file.head(2, 2).text_key("general.architecture", "bert").u32_key("bert.block_count", 7);
  file.tensor("a", {3, 2}, 0, 0).tensor("b", {32}, 8, 32).pad().zeros(64).zeros(2);
  return file;
}

TEST(GgufFileTest, ReadsValuesOfEveryType) {
  GgufBytes file;
  file.head(0, 14);
  file.text("u8").u32(0).number(std::uint8_t{250}).text("i8").u32(1).number(std::int8_t{-5});
  file.text("u16").u32(2).number(std::uint16_t{65000}).text("i16").u32(3).number(std::int16_t{-300});
  file.text("u32").u32(4).u32(4'000'000'000U).text("i32").u32(5).number(std::int32_t{-70000});
  file.text("f32").u32(6).number(1.5F).text("bool").u32(7).number(std::uint8_t{1});
  file.text("text").u32(8).text("words").text("u64").u32(10).u64(~std::uint64_t{0});
  file.text("i64").u32(11).number(std::int64_t{-1}).text("f64").u32(12).number(-2.25);
  file.text("texts").u32(9).u32(8).u64(2).text("x").text("");
  file.text("floats").u32(9).u32(12).u64(2).number(0.5).number(1e300);
  const auto gguf = GgufFile::parse(file.bytes, "f");
  ASSERT_TRUE(gguf) << gguf.error().message;
  EXPECT_EQ(*gguf->find("u8"), GgufValue(std::uint64_t{250}));
  EXPECT_EQ(*gguf->find("i8"), GgufValue(std::int64_t{-5}));
  EXPECT_EQ(*gguf->find("u16"), GgufValue(std::uint64_t{65000}));
  EXPECT_EQ(*gguf->find("i16"), GgufValue(std::int64_t{-300}));
  EXPECT_EQ(*gguf->find("u32"), GgufValue(std::uint64_t{4'000'000'000}));
  EXPECT_EQ(*gguf->find("i32"), GgufValue(std::int64_t{-70000}));
  EXPECT_EQ(*gguf->find("f32"), GgufValue(1.5));
  EXPECT_EQ(*gguf->find("bool"), GgufValue(true));
  EXPECT_EQ(gguf->text("text").value(), "words");
  EXPECT_EQ(*gguf->find("u64"), GgufValue(~std::uint64_t{0}));
  EXPECT_EQ(*gguf->find("i64"), GgufValue(std::int64_t{-1}));
  EXPECT_EQ(*gguf->find("f64"), GgufValue(-2.25));
  EXPECT_THAT(std::get<std::vector<std::string_view>>(*gguf->find("texts")), ElementsAre("x", ""));
  EXPECT_THAT(std::get<std::vector<float>>(*gguf->find("floats")),
              ElementsAre(0.5F, std::numeric_limits<float>::max()));
  EXPECT_EQ(gguf->find("absent"), nullptr);
  EXPECT_THAT(gguf->text("absent").error().message, HasSubstr("key 'absent' is missing"));
  EXPECT_THAT(gguf->text("u8").error().message, HasSubstr("key 'u8' must be a string"));
}

TEST(GgufFileTest, ReadsTensorsOutermostDimensionFirst) {
  const TempDir dir;
  GgufBytes bytes = small_file();
  const std::size_t data = bytes.bytes.size() - 66;
  bytes.bytes[data + 4] = 'x';
  write_text(dir / "f.gguf", bytes.bytes);
  const auto file = GgufFile::open(dir / "f.gguf");
  ASSERT_TRUE(file) << file.error().message;
  const GgufTensor* a = file->find_tensor("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->shape, (Shape{2, 3}));
  EXPECT_EQ(a->bytes.size(), 24U);
  EXPECT_EQ(a->bytes[4], 'x');
  EXPECT_EQ(file->find_tensor("b")->bytes.size(), 34U);
  EXPECT_TRUE(file->require_tensor("b", {1, 32})) << "an outer dimension of 1 does not count";
  EXPECT_THAT(file->require_tensor("a", {3, 2}).error().message, HasSubstr("has shape [2, 3], expected [3, 2]"));
  EXPECT_THAT(file->require_tensor("c", {1}).error().message, HasSubstr("tensor 'c' is missing"));
  std::vector<char> copy(4);
  ASSERT_TRUE(file->read(a->bytes.substr(4, 4), copy));
  EXPECT_EQ(copy[0], 'x');
}

TEST(GgufFileTest, SaysWhichFileIsMissing) {
  EXPECT_EQ(GgufFile::open("/nonexistent/x.gguf").error().code, ErrorCode::kNotFound);
}

TEST(GgufFileTest, EveryTruncationIsAnError) {
  const std::string whole = small_file().bytes;
  ASSERT_TRUE(GgufFile::parse(whole, "f"));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto cut = GgufFile::parse(std::string_view(whole).substr(0, n), "f");
    ASSERT_FALSE(cut) << n << " bytes";
    EXPECT_EQ(cut.error().code, ErrorCode::kBadModel);
  }
}

TEST(GgufFileTest, RefusesFilesThatLie) {
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  struct Case {
    std::function<void(GgufBytes&)> write;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases{
      {[](GgufBytes& f) { f.bytes = "GGML"; }, ErrorCode::kBadModel, "does not begin with 'GGUF'"},
      {[](GgufBytes& f) { f.head(0, 0, 1); }, ErrorCode::kUnsupported, "version 1"},
      {[](GgufBytes& f) { f.head(0, 0, 0x03000000); }, ErrorCode::kUnsupported, "big-endian"},
      {[](GgufBytes& f) { f.head(kHuge, 0); }, ErrorCode::kTooLarge, "18446744073709551615 tensors"},
      {[](GgufBytes& f) { f.head(0, kHuge); }, ErrorCode::kTooLarge, "18446744073709551615 keys"},
      {[](GgufBytes& f) { f.head(0, 1).u64(kHuge); }, ErrorCode::kBadModel, "ends within key 0"},
      {[](GgufBytes& f) { f.head(0, 1).text("").u32(4).u32(1); }, ErrorCode::kBadModel, "is no name"},
      {[](GgufBytes& f) { f.head(0, 1).text(std::string(300, 'k')).u32(4).u32(1); }, ErrorCode::kBadModel,
       "is no name"},
      {[](GgufBytes& f) { f.head(0, 1).text("k").u32(13).u32(1); }, ErrorCode::kBadModel, "type 13"},
      {[](GgufBytes& f) { f.head(0, 1).text("k").u32(8).u64(kHuge); }, ErrorCode::kBadModel, "within the value of 'k'"},
      {[](GgufBytes& f) { f.head(0, 1).text("k").u32(9).u32(0).u64(kHuge); }, ErrorCode::kTooLarge, "elements"},
      {[](GgufBytes& f) { f.head(0, 1).text("k").u32(9).u32(8).u64(1U << 24); }, ErrorCode::kBadModel,
       "within the array"},
      {[](GgufBytes& f) { f.head(0, 1).text("k").u32(9).u32(9).u64(1); }, ErrorCode::kBadModel, "array of type 9"},
      {[](GgufBytes& f) { f.head(0, 2).u32_key("k", 1).u32_key("k", 2); }, ErrorCode::kBadModel, "stands there twice"},
      {[](GgufBytes& f) { f.head(0, 1).u32_key("general.alignment", 0); }, ErrorCode::kBadModel, "power of two"},
      {[](GgufBytes& f) { f.head(0, 1).u32_key("general.alignment", 48); }, ErrorCode::kBadModel, "power of two"},
      {[](GgufBytes& f) { f.head(0, 1).u32_key("general.alignment", 1U << 31); }, ErrorCode::kBadModel, "power of two"},
      {[](GgufBytes& f) { f.head(0, 1).text_key("general.alignment", "32"); }, ErrorCode::kBadModel, "power of two"},
      {[](GgufBytes& f) { f.head(1, 0).tensor(std::string(64, 't'), {1}, 0, 0); }, ErrorCode::kBadModel, "proper name"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {}, 0, 0); }, ErrorCode::kBadModel, "0 dimensions"},
      {[](GgufBytes& f) {
         f.head(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0);
       },
       ErrorCode::kBadModel, "5 dimensions"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {0}, 0, 0); }, ErrorCode::kBadModel, "impossible dimension: 0"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {kHuge}, 0, 0); }, ErrorCode::kBadModel, "impossible dimension"},
      {[](GgufBytes& f) {
         f.head(1, 0).tensor("t", {1U << 31, 1U << 31, 1U << 31}, 0, 0);
       },
       ErrorCode::kBadModel, "impossible dimension"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {8}, 4, 0); }, ErrorCode::kUnsupported, "type 4"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {8}, 0xFFFFFFFFU, 0); }, ErrorCode::kUnsupported, "type 4294967295"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {33}, 8, 0); }, ErrorCode::kBadModel, "blocks of 32"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {8}, 0, 32).pad().zeros(64); }, ErrorCode::kBadModel, "expected 0"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {8}, 0, kHuge - 31).pad().zeros(64); }, ErrorCode::kBadModel,
       "expected 0"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {1U << 20}, 0, 0).pad().zeros(64); }, ErrorCode::kBadModel,
       "takes 4194304"},
      {[](GgufBytes& f) { f.head(1, 0).tensor("t", {8}, 0, 0).pad().zeros(31); }, ErrorCode::kBadModel, "truncated"},
      {[](GgufBytes& f) { f.head(2, 0).tensor("t", {8}, 0, 0).tensor("t", {8}, 0, 32).pad().zeros(64); },
       ErrorCode::kBadModel, "stands there twice"},
      {[](GgufBytes& f) { f.head(2, 0).tensor("t", {8}, 0, 0).tensor("u", {8}, 0, 0).pad().zeros(64); },
       ErrorCode::kBadModel, "expected 32"},
  };
  for (const Case& c : cases) {
    GgufBytes file;
    c.write(file);
    const auto result = GgufFile::parse(file.bytes, "f");
    ASSERT_FALSE(result) << c.message;
    EXPECT_EQ(result.error().code, c.code) << result.error().message;
    EXPECT_THAT(result.error().message, HasSubstr(c.message));
    EXPECT_THAT(result.error().message, testing::StartsWith("f: "));
  }
}

}  // namespace
}  // namespace pith
