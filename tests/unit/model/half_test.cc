#include "model/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace pith {
namespace {

TEST(HalfTest, EveryFloat16EqualsTheCompilersConversion) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const float found = float16_to_float(static_cast<std::uint16_t>(bits));
    const auto expected = static_cast<float>(std::bit_cast<_Float16>(static_cast<std::uint16_t>(bits)));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(found)) << bits;
    } else {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(found), std::bit_cast<std::uint32_t>(expected)) << bits;
    }
  }
}

TEST(HalfTest, KnowsTheEdgesOfFloat16) {
  EXPECT_EQ(float16_to_float(0x0001), 0x1p-24F);  // smallest subnormal
  EXPECT_EQ(float16_to_float(0x03FF), 0x1.FF8p-15F);
  EXPECT_EQ(float16_to_float(0x0400), 0x1p-14F);  // smallest normal
  EXPECT_EQ(float16_to_float(0x7BFF), 65504.0F);
  EXPECT_EQ(float16_to_float(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::signbit(float16_to_float(0x8000)));
}

TEST(HalfTest, Bfloat16IsTheTopHalfOfAFloat) {
  EXPECT_EQ(bfloat16_to_float(0x3F80), 1.0F);
  EXPECT_EQ(bfloat16_to_float(0xC049), -3.140625F);
  EXPECT_TRUE(std::isinf(bfloat16_to_float(0x7F80)));
  EXPECT_TRUE(std::isnan(bfloat16_to_float(0x7FC0)));
}

TEST(HalfTest, RoundsToFloat16AsTheCompilerDoes) {
  // Every float16, the middle between it and its neighbour, and what is next to that middle on both sides.
  for (std::uint32_t half = 0; half < 0x7C00; ++half) {
    const float low = float16_to_float(static_cast<std::uint16_t>(half));
    const float high = half + 1 == 0x7C00 ? 65536.0F : float16_to_float(static_cast<std::uint16_t>(half + 1));
    const float middle = (low + high) / 2;
    for (const float x : {low, middle, std::nextafter(middle, 0.0F), std::nextafter(middle, high)}) {
      for (const float value : {x, -x}) {
        ASSERT_EQ(float_to_float16(value), std::bit_cast<std::uint16_t>(static_cast<_Float16>(value))) << value;
      }
    }
  }
  EXPECT_EQ(float_to_float16(1e30F), 0x7C00);
  EXPECT_EQ(float_to_float16(1e-30F), 0);
}

TEST(HalfTest, RoundsToBfloat16ToTheNearestAndTiesToEven) {
  EXPECT_EQ(float_to_bfloat16(1.0F), 0x3F80);
  EXPECT_EQ(float_to_bfloat16(0x1.01p0F), 0x3F80);       // a tie: down to even
  EXPECT_EQ(float_to_bfloat16(0x1.03p0F), 0x3F82);       // a tie: up to even
  EXPECT_EQ(float_to_bfloat16(0x1.010002p0F), 0x3F81);   // above the tie
  EXPECT_EQ(float_to_bfloat16(-0x1.00fffep0F), 0xBF80);  // below it
  EXPECT_EQ(float_to_bfloat16(std::numeric_limits<float>::max()), 0x7F80);
}

}  // namespace
}  // namespace pith
