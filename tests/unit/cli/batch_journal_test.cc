#include "cli/batch_journal.h"

#include <gtest/gtest.h>

#include <string>

namespace pith::cli {
namespace {

constexpr std::uint64_t kSettings = 0xabc;
const std::string kHeader = "pith batch journal 1 settings=0000000000000abc\n";
const std::string kFirst = "line=3 bytes=100 failed=0 input=00000000000000ff\n";
const std::string kSecond = "line=5 bytes=150 failed=1 input=fedcba9876543210\n";

TEST(BatchJournalTest, TheLastWholeRecordThatTheBytesBearOutCounts) {
  const BatchPosition none;
  const BatchPosition first{3, 100, 0, 0xff};
  const BatchPosition second{5, 150, 1, 0xfedcba9876543210};
  const struct {
    std::string text;
    std::size_t n_part_bytes;
    BatchPosition expected;
  } cases[] = {
      {kHeader, 0, none},
      {kHeader, 999, none},
      {kHeader + kFirst, 100, first},
      {kHeader + kFirst, 99, none},
      {kHeader + kFirst + kSecond, 150, second},
      {kHeader + kFirst + kSecond, 149, first},
      {kHeader + kFirst + kSecond.substr(0, kSecond.size() - 1), 999, first},
      {kHeader + kFirst + "garbage\n" + kSecond, 999, first},
      {kHeader + kFirst + "line=9 bytes=-1 failed=0 input=0\n", 999, first},
      {kHeader + "line=99999999999999999999999 bytes=1 failed=0 input=0\n", 999, none},
      {kHeader.substr(0, 10), 999, none},
      {"", 999, none},
  };
  for (const auto& c : cases) {
    const auto position = read_journal(c.text, kSettings, c.n_part_bytes);
    ASSERT_TRUE(position) << c.text;
    EXPECT_EQ(*position, c.expected) << c.text;
  }
}

TEST(BatchJournalTest, AnotherHeaderIsRefused) {
  EXPECT_FALSE(read_journal(kHeader + kFirst, kSettings + 1, 100));
  EXPECT_FALSE(read_journal("pith batch journal 2 settings=0000000000000abc\n", kSettings, 100));
  EXPECT_FALSE(read_journal("something else\n", kSettings, 100));
}

TEST(BatchJournalTest, LinesAreHashedWithTheirEnds) {
  LineHash one;
  one.add("ab");
  one.add("c");
  LineHash other;
  other.add("a");
  other.add("bc");
  EXPECT_NE(one.value(), other.value());
  EXPECT_EQ(one.value(), hash_of("ab\nc\n"));
}

}  // namespace
}  // namespace pith::cli
