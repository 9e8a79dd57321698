#include "tokenize/bpe_ranks.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/print_error.h"
#include "support/random_text.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

constexpr const char* kCl100k = PITH_SOURCE_DIR "/models/tokenizers/cl100k_base.ranks";

std::vector<std::string> all_bytes() {
  std::vector<std::string> out;
  for (unsigned byte = 0; byte < 256; ++byte) out.emplace_back(1, static_cast<char>(static_cast<unsigned char>(byte)));
  return out;
}

Result<BpeRanks> build(const std::vector<std::string>& tokens) {
  const std::vector<std::string_view> views(tokens.begin(), tokens.end());
  return BpeRanks::build(views, "test");
}

TEST(BpeRanksTest, FindsEveryTokenOfTheRealVocabularies) {
  const struct {
    const char* name;
    std::size_t n_tokens;
  } kCases[] = {{"o200k_base", 199998}, {"cl100k_base", 100256}};
  for (const auto& test : kCases) {
    const auto ranks = BpeRanks::load(std::string(PITH_SOURCE_DIR "/models/tokenizers/") + test.name + ".ranks");
    ASSERT_TRUE(ranks.has_value()) << ranks.error().message;
    ASSERT_EQ(ranks->size(), test.n_tokens);
    EXPECT_EQ(ranks->longest_token_bytes(), 128u);
    EXPECT_EQ(ranks->token(0), "!");
    EXPECT_EQ(ranks->token(256), "  ");
    for (std::size_t rank = 0; rank < ranks->size(); ++rank) {
      const auto r = static_cast<BpeRanks::Rank>(rank);
      ASSERT_EQ(ranks->find(ranks->token(r)), r);
    }
    EXPECT_EQ(ranks->find(""), BpeRanks::kNone);
    EXPECT_EQ(ranks->find("no such token at all"), BpeRanks::kNone);
    EXPECT_EQ(ranks->find(std::string(1000, ' ')), BpeRanks::kNone);
  }
}

TEST(BpeRanksTest, RefusesVocabulariesThatCannotWork) {
  auto tokens = all_bytes();
  EXPECT_TRUE(build(tokens).has_value());
  tokens.pop_back();
  EXPECT_EQ(build(tokens).error(),
            (Error{ErrorCode::kBadModel, "test: not a usable token vocabulary: byte 255 has no token"}));
  tokens = all_bytes();
  tokens.push_back("a");
  EXPECT_EQ(build(tokens).error(),
            (Error{ErrorCode::kBadModel, "test: not a usable token vocabulary: token 256 occurs twice"}));
  tokens.back() = "";
  EXPECT_EQ(build(tokens).error(),
            (Error{ErrorCode::kBadModel, "test: not a usable token vocabulary: token 256 is empty"}));
  tokens.back() = std::string(256, 'x');
  EXPECT_EQ(build(tokens).error(),
            (Error{ErrorCode::kBadModel, "test: not a usable token vocabulary: a token of 256 bytes"}));
}

TEST(BpeRanksTest, RefusesDamagedFiles) {
  const std::string good = read_text(kCl100k);
  ASSERT_GT(good.size(), 1000u);
  const auto edited = [&](std::size_t at, char byte) {
    std::string copy = good;
    copy[at] = byte;
    return copy;
  };
  const struct {
    std::string content;
    std::string what;
  } kCases[] = {
      {"", "it does not begin with PITHRANK"},
      {good.substr(0, 23), "it does not begin with PITHRANK"},
      {edited(0, 'p'), "it does not begin with PITHRANK"},
      {edited(8, 2), "version 2, this program reads version 1"},
      {edited(12, static_cast<char>(good[12] + 1)), "it holds fewer bytes than its header says"},
      {edited(15, 127), ""},
      {edited(16, static_cast<char>(good[16] + 1)), "it holds fewer bytes than its header says"},
      {edited(23, 127), ""},
      {good.substr(0, good.size() / 2), ""},
      {edited(good.size() / 2, static_cast<char>(good[good.size() / 2] ^ 1)), ""},
      {edited(good.size() - 1, static_cast<char>(good.back() ^ 1)), ""},  // the checksum
  };
  const TempDir dir;
  for (const auto& test : kCases) {
    write_text(dir / "x.ranks", test.content);
    const auto ranks = BpeRanks::load(dir / "x.ranks");
    ASSERT_FALSE(ranks.has_value());
    EXPECT_EQ(ranks.error().code, ErrorCode::kBadModel);
    EXPECT_TRUE(ranks.error().message.starts_with(dir / "x.ranks: not a usable token vocabulary: " + test.what))
        << ranks.error().message;
  }
  EXPECT_EQ(BpeRanks::load(dir / "none.ranks").error().code, ErrorCode::kNotFound);
}

/// One flipped bit anywhere must be noticed; the checksum covers the tokens, the checks the header.
TEST(BpeRanksTest, NoticesFlippedBits) {
  const std::string good = read_text(kCl100k);
  testing::Random random(5);
  const TempDir dir;
  for (int i = 0; i < 100; ++i) {
    std::string bad = good;
    const std::size_t at = i < 24 ? static_cast<std::size_t>(i) : testing::random_below(random, bad.size());
    bad[at] = static_cast<char>(bad[at] ^ (1 << testing::random_below(random, 8)));
    write_text(dir / "x.ranks", bad);
    EXPECT_FALSE(BpeRanks::load(dir / "x.ranks").has_value()) << "byte " << at;
  }
}

}  // namespace
}  // namespace pith
