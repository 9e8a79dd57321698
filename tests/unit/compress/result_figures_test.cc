#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "pith/compress.h"

namespace pith {
namespace {

struct FiguresCase {
  std::int64_t origin_tokens;
  std::int64_t compressed_tokens;
  std::string ratio;
  std::string rate;
  std::string saving;
};

// Expected strings: Python 3.11, f"{value:.1f}" on the library's expressions.
TEST(ResultFiguresTest, AreTheStringsOfTheLibrary) {
  const FiguresCase cases[] = {
      // The acceptance values of the library's own tests.
      {98, 30, "3.3x", "30.6%", ", Saving $0.0 in GPT-4."},
      {422, 293, "1.4x", "69.4%", ", Saving $0.0 in GPT-4."},
      {8389, 870, "9.6x", "10.4%", ", Saving $0.5 in GPT-4."},
      {318, 241, "1.3x", "75.8%", ", Saving $0.0 in GPT-4."},
      // Nothing left: no division.
      {0, 0, "1.0x", "100.0%", ", Saving $0.0 in GPT-4."},
      {25, 0, "1.0x", "100.0%", ", Saving $0.0 in GPT-4."},
      {1000000, 0, "1.0x", "100.0%", ", Saving $60.0 in GPT-4."},
      // Growth: a small negative saving keeps its sign.
      {22, 24, "0.9x", "109.1%", ", Saving $-0.0 in GPT-4."},
      {1, 100000, "0.0x", "10000000.0%", ", Saving $-6.0 in GPT-4."},
      // Ties of the binary value go to the even digit: 0.25 exactly, 0.75 exactly.
      {1, 4, "0.2x", "400.0%", ", Saving $-0.0 in GPT-4."},
      {3, 4, "0.8x", "133.3%", ", Saving $-0.0 in GPT-4."},
      {5, 4, "1.2x", "80.0%", ", Saving $0.0 in GPT-4."},
      {7, 4, "1.8x", "57.1%", ", Saving $0.0 in GPT-4."},
      // 1/20 and 3/20 lie just above and below the decimal tie.
      {1, 20, "0.1x", "2000.0%", ", Saving $-0.0 in GPT-4."},
      {3, 20, "0.1x", "666.7%", ", Saving $-0.0 in GPT-4."},
      {23, 20, "1.1x", "87.0%", ", Saving $0.0 in GPT-4."},
      // Savings next to a tie.
      {3000, 500, "6.0x", "16.7%", ", Saving $0.1 in GPT-4."},   // 0.15
      {13000, 500, "26.0x", "3.8%", ", Saving $0.8 in GPT-4."},  // 0.75
      {5000, 833, "6.0x", "16.7%", ", Saving $0.3 in GPT-4."},   // 0.25001999999999996
      {8000, 3834, "2.1x", "47.9%", ", Saving $0.2 in GPT-4."},  // 0.24996
  };
  for (const FiguresCase& c : cases) {
    SCOPED_TRACE(std::to_string(c.origin_tokens) + " -> " + std::to_string(c.compressed_tokens));
    const ResultFigures figures = result_figures(c.origin_tokens, c.compressed_tokens);
    EXPECT_EQ(figures.ratio, c.ratio);
    EXPECT_EQ(figures.rate, c.rate);
    EXPECT_EQ(figures.saving, c.saving);
  }
}

// The library divides by zero here; Pith shows what the numbers say.
TEST(ResultFiguresTest, SurvivesTokensOutOfNothing) {
  const ResultFigures figures = result_figures(0, 5);
  EXPECT_EQ(figures.ratio, "0.0x");
  EXPECT_EQ(figures.rate, "inf%");
}

}  // namespace
}  // namespace pith
