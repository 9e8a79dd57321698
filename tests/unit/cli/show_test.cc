#include "cli/show.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pith::cli {
namespace {

TEST(ShowTest, BracketsDroppedRunsWithoutTheSpacesAroundThem) {
  const std::string text = "one two three four";
  EXPECT_EQ(show_text(text, std::vector<ByteSpan>{{8, 13}}, {}, false), "[-one two-] three [-four-]");
  EXPECT_EQ(show_text(text, std::vector<ByteSpan>{{0, 18}}, {}, false), text);
  EXPECT_EQ(show_text(text, {}, {}, false), "[-one two three four-]");
  EXPECT_EQ(show_text("", {}, {}, false), "");
}

TEST(ShowTest, AStyleNeverCrossesALine) {
  EXPECT_EQ(show_text("a b\n  c\n", {}, {}, false), "[-a b-]\n  [-c-]\n");
  EXPECT_EQ(show_text("a\n\nb", {}, {}, true), "\x1b[9;38;5;131ma\x1b[0m\n\n\x1b[9;38;5;131mb\x1b[0m");
}

TEST(ShowTest, FainterForLowerScores) {
  const std::vector<WordScore> words{{{0, 1}, 0.1F, false}, {{2, 3}, 0.9F, true}, {{4, 5}, 0.2F, false}};
  const std::string out = show_text("a b c", std::vector<ByteSpan>{{2, 3}}, words, true);
  EXPECT_EQ(out, "\x1b[9;38;5;95ma\x1b[0m b \x1b[9;38;5;167mc\x1b[0m");
}

// Every byte of the input is in the output: taking the marks away gives the text back.
TEST(ShowTest, WithoutItsMarksItIsTheText) {
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string text(random() % 30, ' ');
    for (char& c : text) c = "ab \n\t"[random() % 5];
    std::vector<ByteSpan> kept;
    std::uint32_t at = 0;
    while (at < text.size()) {
      const std::uint32_t begin = at + static_cast<std::uint32_t>(random() % 4);
      const std::uint32_t end = begin + 1 + static_cast<std::uint32_t>(random() % 4);
      if (end > text.size()) break;
      kept.push_back({begin, end});
      at = end;
    }
    std::string out = show_text(text, kept, {}, false);
    for (const std::string mark : {"[-", "-]"}) {
      for (std::size_t found = out.find(mark); found != std::string::npos; found = out.find(mark)) out.erase(found, 2);
    }
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace pith::cli
