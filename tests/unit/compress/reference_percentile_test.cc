#include "compress/reference_percentile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace pith {
namespace {

/// The same numbers as in the script that made the table: (x >> 8) / 2^24 of a linear congruential generator.
std::vector<float> numbers(std::size_t n, std::uint32_t seed) {
  std::vector<float> out;
  for (std::uint32_t x = seed; out.size() < n;) {
    x = x * 1664525U + 1013904223U;
    out.push_back(static_cast<float>(x >> 8) / 16777216.0F);
  }
  return out;
}

struct PercentileCase {
  std::size_t n;
  std::uint32_t seed;
  int q;
  double as_float32;
  double as_float64;
};

// Expected values: numpy.percentile of NumPy 2.2.6 on a float32 and on a float64 array, in full.
TEST(NumpyPercentileTest, EqualsNumpyToTheLastBit) {
  const PercentileCase cases[] = {
      {2, 1, 0, 0x1.e442c8p-3, 0x1.e442c8p-3},
      {2, 1, 1, 0x1.e6fb1ep-3, 0x1.e6fb1d70a3d71p-3},
      {2, 1, 9, 0x1.fcbdc8p-3, 0x1.fcbdc8f5c28f6p-3},
      {2, 1, 34, 0x1.205f1p-2, 0x1.205f107ae147bp-2},
      {2, 1, 50, 0x1.3621bcp-2, 0x1.3621bcp-2},
      {2, 1, 51, 0x1.377de6p-2, 0x1.377de6b851eb8p-2},
      {2, 1, 67, 0x1.4d4092p-2, 0x1.4d40923d70a3ep-2},
      {2, 1, 80, 0x1.5eeebep-2, 0x1.5eeebd999999ap-2},
      {2, 1, 91, 0x1.6de494p-2, 0x1.6de493851eb85p-2},
      {2, 1, 99, 0x1.78c5eap-2, 0x1.78c5e947ae148p-2},
      {2, 1, 100, 0x1.7a2214p-2, 0x1.7a2214p-2},
      {3, 2, 0, 0x1.82f86p-3, 0x1.82f86p-3},
      {3, 2, 1, 0x1.84ee92p-3, 0x1.84ee911eb851fp-3},
      {3, 2, 9, 0x1.94a01ap-3, 0x1.94a01a147ae14p-3},
      {3, 2, 34, 0x1.c5aae6p-3, 0x1.c5aae6147ae15p-3},
      {3, 2, 50, 0x1.e50df8p-3, 0x1.e50df8p-3},
      {3, 2, 51, 0x1.ee31acp-3, 0x1.ee31abae147aep-3},
      {3, 2, 67, 0x1.403674p-2, 0x1.40367347ae148p-2},
      {3, 2, 80, 0x1.7b9e84p-2, 0x1.7b9e833333334p-2},
      {3, 2, 91, 0x1.ade2ep-2, 0x1.ade2df70a3d71p-2},
      {3, 2, 99, 0x1.d271aep-2, 0x1.d271ae28f5c29p-2},
      {3, 2, 100, 0x1.d70388p-2, 0x1.d70388p-2},
      {10, 3, 0, 0x1.15e6ap-5, 0x1.15e6ap-5},
      {10, 3, 1, 0x1.abcb9p-5, 0x1.abcb90a3d70a4p-5},
      {10, 3, 9, 0x1.96bcc8p-3, 0x1.96bcc570a3d7p-3},
      {10, 3, 34, 0x1.97c86ep-2, 0x1.97c86dd70a3d7p-2},
      {10, 3, 50, 0x1.3001p-1, 0x1.3000ffp-1},
      {10, 3, 51, 0x1.33f95ep-1, 0x1.33f95de666666p-1},
      {10, 3, 67, 0x1.828072p-1, 0x1.828071428f5c3p-1},
      {10, 3, 80, 0x1.979d24p-1, 0x1.979d24p-1},
      {10, 3, 91, 0x1.bbb28cp-1, 0x1.bbb28b5c28f5cp-1},
      {10, 3, 99, 0x1.bee952p-1, 0x1.bee9530a3d70ap-1},
      {10, 3, 100, 0x1.bf502cp-1, 0x1.bf502cp-1},
      {97, 4, 0, 0x1.08758p-6, 0x1.08758p-6},
      {97, 4, 1, 0x1.064ae8p-5, 0x1.064ae8f5c28f6p-5},
      {97, 4, 9, 0x1.361608p-4, 0x1.36160851eb852p-4},
      {97, 4, 34, 0x1.472616p-2, 0x1.47261570a3d71p-2},
      {97, 4, 50, 0x1.15d4bap-1, 0x1.15d4bap-1},
      {97, 4, 51, 0x1.17ab1p-1, 0x1.17ab0f1eb851fp-1},
      {97, 4, 67, 0x1.4ae754p-1, 0x1.4ae753eb851ecp-1},
      {97, 4, 80, 0x1.937926p-1, 0x1.937922ccccccfp-1},
      {97, 4, 91, 0x1.d0c782p-1, 0x1.d0c782ccccccdp-1},
      {97, 4, 99, 0x1.e147dp-1, 0x1.e147ce7ae1479p-1},
      {97, 4, 100, 0x1.ec253ap-1, 0x1.ec253ap-1},
      {510, 5, 0, 0x1.48p-9, 0x1.48p-9},
      {510, 5, 1, 0x1.24995cp-7, 0x1.24995eb851eb8p-7},
      {510, 5, 9, 0x1.856dcep-4, 0x1.856dccf5c28f5p-4},
      {510, 5, 34, 0x1.58b0bp-2, 0x1.58b0b0147ae15p-2},
      {510, 5, 50, 0x1.f47e22p-2, 0x1.f47e22p-2},
      {510, 5, 51, 0x1.faee4ap-2, 0x1.faee4a851eb85p-2},
      {510, 5, 67, 0x1.4317a6p-1, 0x1.4317a528f5c29p-1},
      {510, 5, 80, 0x1.911c12p-1, 0x1.911c126666666p-1},
      {510, 5, 91, 0x1.cede6ep-1, 0x1.cede6e5c28f5cp-1},
      {510, 5, 99, 0x1.f9fa1p-1, 0x1.f9fa108a3d70ap-1},
      {510, 5, 100, 0x1.feed26p-1, 0x1.feed26p-1},
      {1023, 6, 0, 0x1.6b1p-12, 0x1.6b1p-12},
      {1023, 6, 1, 0x1.b4ffccp-7, 0x1.b4ffcf5c28f5dp-7},
      {1023, 6, 9, 0x1.64fea8p-4, 0x1.64fea570a3d6fp-4},
      {1023, 6, 34, 0x1.50b6c4p-2, 0x1.50b6c1c28f5c3p-2},
      {1023, 6, 50, 0x1.f4e4dp-2, 0x1.f4e4dp-2},
      {1023, 6, 51, 0x1.014792p-1, 0x1.0147936666667p-1},
      {1023, 6, 67, 0x1.550708p-1, 0x1.550709147ae15p-1},
      {1023, 6, 80, 0x1.9c4b4cp-1, 0x1.9c4b4accccccdp-1},
      {1023, 6, 91, 0x1.d1af3p-1, 0x1.d1af2f3333333p-1},
      {1023, 6, 99, 0x1.f94f6ep-1, 0x1.f94f6d3d70a3dp-1},
      {1023, 6, 100, 0x1.ffe456p-1, 0x1.ffe456p-1},
      {4096, 7, 0, 0x1.6abp-12, 0x1.6abp-12},
      {4096, 7, 1, 0x1.84b366p-7, 0x1.84b3666666667p-7},
      {4096, 7, 9, 0x1.7946dep-4, 0x1.7946dcp-4},
      {4096, 7, 34, 0x1.5989e4p-2, 0x1.5989e26666667p-2},
      {4096, 7, 50, 0x1.fc59dcp-2, 0x1.fc59dcp-2},
      {4096, 7, 51, 0x1.038f8p-1, 0x1.038f807ffffffp-1},
      {4096, 7, 67, 0x1.5609f4p-1, 0x1.5609f3199999ap-1},
      {4096, 7, 80, 0x1.997912p-1, 0x1.997912p-1},
      {4096, 7, 91, 0x1.d1d56ep-1, 0x1.d1d56e199999ap-1},
      {4096, 7, 99, 0x1.fc169ep-1, 0x1.fc169d3333333p-1},
      {4096, 7, 100, 0x1.fff12cp-1, 0x1.fff12cp-1},
  };
  for (const PercentileCase& c : cases) {
    SCOPED_TRACE("n " + std::to_string(c.n) + " q " + std::to_string(c.q));
    EXPECT_EQ(numpy_percentile(numbers(c.n, c.seed), c.q, NumpyType::kFloat32), c.as_float32);
    EXPECT_EQ(numpy_percentile(numbers(c.n, c.seed), c.q, NumpyType::kFloat64), c.as_float64);
  }
}

TEST(NumpyPercentileTest, OfOneValueIsThatValue) {
  for (const int q : {0, 50, 100}) {
    EXPECT_EQ(numpy_percentile({0.25F}, q, NumpyType::kFloat32), 0.25);
    EXPECT_EQ(numpy_percentile({0.25F}, q, NumpyType::kFloat64), 0.25);
  }
}

TEST(NumpyPercentileTest, DoesNotDependOnTheOrderOfTheValues) {
  std::mt19937 random(11);
  for (std::size_t n = 1; n < 40; ++n) {
    std::vector<float> values = numbers(n, static_cast<std::uint32_t>(n));
    std::vector<float> shuffled = values;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const int q = static_cast<int>(random() % 101);
    EXPECT_EQ(numpy_percentile(values, q, NumpyType::kFloat32), numpy_percentile(shuffled, q, NumpyType::kFloat32));
  }
}

TEST(NumpyPercentileTest, OfEqualValuesIsThatValue) {
  for (int q = 0; q <= 100; ++q) {
    EXPECT_EQ(numpy_percentile(std::vector<float>(7, 0.3F), q, NumpyType::kFloat32), static_cast<double>(0.3F));
    EXPECT_EQ(numpy_percentile(std::vector<float>(7, 1.0F), q, NumpyType::kFloat64), 1.0);
  }
}

}  // namespace
}  // namespace pith
