#include "tokenize/byte_bpe_counter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reference/bpe_reference.h"
#include "support/random_text.h"
#include "tokenize/bpe_merge.h"

namespace pith {
namespace {

const ByteBpeCounter& counter(BpePattern pattern) {
  const auto load = [](const std::string& name, BpePattern p) {
    return ByteBpeCounter(name, p, BpeRanks::load(PITH_SOURCE_DIR "/models/tokenizers/" + name + ".ranks").value());
  };
  static const ByteBpeCounter o200k = load("o200k_base", BpePattern::kO200k);
  static const ByteBpeCounter cl100k = load("cl100k_base", BpePattern::kCl100k);
  return pattern == BpePattern::kO200k ? o200k : cl100k;
}

constexpr BpePattern kPatterns[] = {BpePattern::kO200k, BpePattern::kCl100k};

TEST(ByteBpeCounterTest, CountsWhatItEncodes) {
  testing::Random random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = testing::random_text(random, testing::random_below(random, 400));
    for (const BpePattern pattern : kPatterns) {
      const auto ids = counter(pattern).encode(text);
      ASSERT_EQ(counter(pattern).count(text), ids.size());
      std::string back;
      for (const std::int32_t id : ids) back += counter(pattern).ranks().token(static_cast<BpeRanks::Rank>(id));
      std::string expected;
      for (const reference::BpeChar& c : reference::bpe_text(text)) testing::append_utf8(expected, c.c);
      ASSERT_EQ(back, expected) << "the tokens do not spell the text";
    }
  }
}

TEST(ByteBpeCounterTest, EqualsItsTwinOnRandomText) {
  testing::Random random(8);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = testing::random_text(random, testing::random_below(random, 120));
    for (const BpePattern pattern : kPatterns) {
      const ByteBpeCounter& bpe = counter(pattern);
      ASSERT_EQ(bpe.encode(text), reference::encode_bpe(pattern, text, bpe.ranks())) << ::testing::PrintToString(text);
    }
  }
}

TEST(ByteBpeCounterTest, CountsBrokenSequencesAsReplacementCharacters) {
  const ByteBpeCounter& bpe = counter(BpePattern::kO200k);
  EXPECT_EQ(bpe.encode("a\xE2\x82z"), bpe.encode("a\uFFFDz"));
  EXPECT_EQ(bpe.encode("\xED\xA0\x80"), bpe.encode("\uFFFD\uFFFD\uFFFD"));
  EXPECT_EQ(bpe.encode("\xF0\x9F\x98"), bpe.encode("\uFFFD"));
}

TEST(ByteBpeCounterTest, KnowsNoSpecialTokensInText) {
  EXPECT_EQ(counter(BpePattern::kO200k).count("<|endoftext|>"), 7u);
  EXPECT_EQ(counter(BpePattern::kCl100k).count("<|endoftext|>"), 7u);
}

TEST(ByteBpeCounterTest, TakesHundredsOfKilobytesOfAnything) {
  for (const std::string& unit : {std::string("a"), std::string(" "), std::string("\n"), std::string("\u0301"),
                                  std::string("\u0301A"), std::string("\u4e2d"), std::string("\xff"),
                                  std::string(" \n"), std::string("1"), std::string("'s"), std::string("ab")}) {
    std::string text;
    while (text.size() < (unit == "a" ? 1000000u : 200000u)) text += unit;
    for (const BpePattern pattern : kPatterns) EXPECT_GT(counter(pattern).count(text), 0u);
  }
}

/// The two ways of merging agree with the twin on both sides of the size where one takes over from the other.
TEST(BpeMergeTest, EqualsItsTwinForShortAndLongPieces) {
  const BpeRanks& ranks = counter(BpePattern::kO200k).ranks();
  BpeMerger merger(ranks);
  testing::Random random(9);
  for (int i = 0; i < 400; ++i) {
    const std::size_t n = i % 2 == 0 ? 1 + testing::random_below(random, 40)
                                     : BpeMerger::kSmallPieceBytes - 5 + testing::random_below(random, 200);
    std::string piece;
    switch (i % 4 < 2 ? testing::random_below(random, 2) : 2) {
      case 0:
        piece = testing::random_bytes(random, n);
        break;
      case 1:
        while (piece.size() < n) piece += "abcdeinorst "[testing::random_below(random, 12)];
        break;
      default:
        while (piece.size() < n) piece += "aab"[testing::random_below(random, 3)];
    }
    std::vector<std::int32_t> ids;
    const std::size_t n_tokens = merger.merge(piece, &ids);
    ASSERT_EQ(ids, reference::merge(piece, ranks)) << ::testing::PrintToString(piece);
    ASSERT_EQ(n_tokens, ids.size());
    ASSERT_EQ(merger.merge(piece, nullptr), n_tokens);
  }
}

TEST(BpeMergeTest, TakesEveryLengthOfOneLetter) {
  const BpeRanks& ranks = counter(BpePattern::kCl100k).ranks();
  BpeMerger merger(ranks);
  for (std::size_t n = 1; n <= 3 * BpeMerger::kSmallPieceBytes; ++n) {
    std::vector<std::int32_t> ids;
    (void)merger.merge(std::string(n, 'a'), &ids);
    ASSERT_EQ(ids, reference::merge(std::string(n, 'a'), ranks)) << n;
  }
}

}  // namespace
}  // namespace pith
