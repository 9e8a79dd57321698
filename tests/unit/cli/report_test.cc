#include "cli/report.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "cli/help.h"
#include "cli/progress.h"

namespace pith::cli {
namespace {

TEST(ReportTest, CommasEveryThreeDigits) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(-1000), "-1,000");
  EXPECT_EQ(with_commas(-100), "-100");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(ReportTest, EscapesAreUnderstood) {
  EXPECT_EQ(unescape(R"(a\n\t\r\\\x41\xff)"), "a\n\t\r\\A\xff");
  EXPECT_EQ(unescape(R"(\0)"), std::string(1, '\0'));
  for (const char* bad : {R"(\)", R"(a\q)", R"(\x)", R"(\x4)", R"(\xg1)", R"(\x+1)"})
    EXPECT_FALSE(unescape(bad)) << bad;
}

TEST(ReportTest, SummaryOfNothingDoesNotDivide) {
  CompressResult result;
  result.tokenizer = "o200k_base";
  EXPECT_EQ(summary_line(result), "0 -> 0 tokens (o200k_base), nothing to shorten");
}

TEST(HelpTest, WrapsAtSpacesAndKeepsLongWords) {
  EXPECT_EQ(wrap("aa bb cc", 5, 0), "aa bb\ncc");
  EXPECT_EQ(wrap("aa bb cc", 8, 3), "aa bb\n   cc");
  EXPECT_EQ(wrap("aaaaaaaaaa b", 5, 2), "aaaaaaaaaa\n  b");
  EXPECT_EQ(wrap("a\nb", 80, 2), "a\n  b");
  EXPECT_EQ(wrap("", 80, 2), "");
}

TEST(ProgressTest, ShowsShareAndTimeLeftAndFitsTheTerminal) {
  EXPECT_EQ(progress_line({50, 100, "5 lines, 1.0/s", 61}, 200),
            "[############------------]  50 %  5 lines, 1.0/s  ETA 1:01");
  EXPECT_EQ(progress_line({100, 100, "x", 1}, 200), "[########################] 100 %  x");
  EXPECT_EQ(progress_line({250, 100, "x", 1}, 200), "[########################] 100 %  x");
  EXPECT_EQ(progress_line({1, 1000, "x", 1}, 200), "[------------------------]   0 %  x");
  EXPECT_EQ(progress_line({7, 0, "7 lines", 3700}, 200), "7 lines  1:01:40");
  EXPECT_EQ(progress_line({50, 100, "5 lines", 61}, 20).size(), 19U);
}

}  // namespace
}  // namespace pith::cli
