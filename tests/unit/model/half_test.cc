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

}  // namespace
}  // namespace pith
