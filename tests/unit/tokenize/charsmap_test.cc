#include "tokenize/charsmap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/charsmap_builder.h"
#include "support/print_error.h"

namespace pith {
namespace {

using testing::base64;
using testing::CharsmapRules;
using testing::pack_charsmap;

Charsmap make(const CharsmapRules& rules) { return Charsmap::parse(base64(pack_charsmap(rules)), "test").value(); }

/// "x[0,1) y[1,3)": the characters of the result with their sources.
std::string show(const CharsmapRules& rules, std::string_view text) {
  const AlignedText original(text);
  const AlignedText out = make(rules).apply(original);
  AlignedText::Cursor cursor(out);
  std::string shown;
  for (std::size_t at = 0; at < out.bytes().size();) {
    std::size_t end = at + 1;
    while (end < out.bytes().size() && (static_cast<unsigned char>(out.bytes()[end]) & 0xC0) == 0x80) ++end;
    const ByteSpan source = cursor.source(at, end);
    if (at > 0) shown += " ";
    shown += std::string(out.bytes().substr(at, end - at)) + "[" + std::to_string(source.begin) + "," +
             std::to_string(source.end) + ")";
    at = end;
  }
  return shown;
}

TEST(CharsmapTest, ReplacesCharactersAndKeepsTheOthers) {
  EXPECT_EQ(show({{"\t", " "}, {"é", "e"}}, "a\tébé中"), "a[0,1)  [1,2) e[2,4) b[4,5) e[5,7) 中[7,10)");
  EXPECT_EQ(make({{"x", "y"}}).apply(AlignedText("")).bytes(), "");
}

TEST(CharsmapTest, GivesWhatAnExpansionAddsTheSourceOfItsLastCharacter) {
  EXPECT_EQ(show({{"½", "1/2"}}, "a½b"), "a[0,1) 1[1,3) /[1,3) 2[1,3) b[3,4)");
  EXPECT_EQ(show({{"ab\u0301", "xyz"}}, "ab\u0301"), "a[0,1) b[1,2) \u0301[2,4)");  // "ab" are two clusters
  EXPECT_EQ(show({{"b\u0301", "xyz"}}, "ab\u0301c"), "a[0,1) x[1,2) y[2,4) z[2,4) c[4,5)");
}

TEST(CharsmapTest, LooksUpShortClustersWholeByTheShortestKeyThatBeginsThem) {
  const CharsmapRules kLigature = {{"ﬁ", "fi"}};
  EXPECT_EQ(show(kLigature, "ﬁ\u0301x"), "f[0,3) i[3,5) x[5,6)");  // the accent is lost: five bytes
  EXPECT_EQ(show(kLigature, "ﬁ\u0301\u0302x"), "f[0,3) i[0,3) \u0301[3,5) \u0302[5,7) x[7,8)");  // seven bytes
  EXPECT_EQ(show({{"a", "x"}, {"a\u0301", "á"}}, "a\u0301a"), "x[0,1) x[3,4)");
  EXPECT_EQ(show({{"a\u0301", "á"}}, "a\u0301 a\u0302 a"), "á[0,1)  [3,4) a[4,5) \u0302[5,7)  [7,8) a[8,9)");
}

TEST(CharsmapTest, TakesLineBreaksAsOneCluster) {
  EXPECT_EQ(show({{"\r", " "}, {"\n", " "}}, "a\r\n\nb"), "a[0,1)  [1,2)  [3,4) b[4,5)");
}

TEST(CharsmapTest, CountsWhatVanishesToTheCharacterBefore) {
  EXPECT_EQ(show({{"\x01", ""}},
                 "a\x01\x01"
                 "b"),
            "a[0,1) b[3,4)");
  // The last of an added part then stands for what vanished.
  EXPECT_EQ(show({{"½", "1/2"}, {"\x01", ""}}, "½\x01x"), "1[0,2) /[0,2) 2[2,3) x[3,4)");
  EXPECT_EQ(show({{"½", "1/2"}, {"\x01", ""}}, "½\x01\x01x"), "1[0,2) /[0,2) 2[2,3) x[4,5)");
}

TEST(CharsmapTest, TakesSourcesTooEarlyWhereTheStartVanished) {
  EXPECT_EQ(show({{"\x01", ""}, {"b", "xyz"}},
                 "\x01"
                 "ab\x01"
                 "c"),
            "a[0,1) x[1,2) y[1,2) z[2,3) c[3,4)");
}

TEST(CharsmapTest, LooksUpNoByteBehindNul) {
  EXPECT_EQ(show({{"a", "b"}}, std::string_view("a\0a", 3)), std::string("b[0,1) \0[1,2) b[2,3)", 20));
}

TEST(CharsmapTest, RefusesWhatIsNoMap) {
  const std::string good = pack_charsmap({{"a", "bc"}, {"é", "e"}});
  const auto with = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return base64(bytes);
  };
  const auto units = [](const std::vector<std::uint32_t>& list, const std::string& values) {
    std::string bytes;
    testing::append_u32(static_cast<std::uint32_t>(list.size() * 4), &bytes);
    for (const std::uint32_t unit : list) testing::append_u32(unit, &bytes);
    return base64(bytes + values);
  };
  // A root whose children are at byte ^ 0, each of them again at 0: every path is endless.
  std::vector<std::uint32_t> circle(256);
  for (std::uint32_t byte = 0; byte < 256; ++byte) circle[byte] = byte | byte << 10;
  std::vector<std::uint32_t> leaf(256);
  leaf['a'] = 'a' | 1U << 8 | ('a' ^ 1U) << 10;
  leaf[1] = 1U << 31 | 7;
  std::vector<std::uint32_t> outside(256);
  outside['a'] = 'a' | 1U << 8 | 1U << 20;
  std::vector<std::uint32_t> half(256);
  half[0xC3] = 0xC3 | 1U << 8 | (0xC3 ^ 1U) << 10;
  half[1] = 1U << 31;
  const struct {
    std::string input;
    std::string message;
  } kCases[] = {
      {"", "is too short"},
      {"AAA", "is not base64"},
      {"AA=A", "is not base64"},
      {"A\n==", "is not base64"},
      {base64("abc"), "is too short"},
      {with(0, '\x01'), "says its trie has"},
      {with(3, '\x7f'), "says its trie has"},
      {base64(std::string(4, '\0')), "has a damaged trie"},
      {units(circle, "a"), "has a damaged trie"},
      {units(outside, "a"), "has a damaged trie"},
      {units(leaf, "abc"), "points to byte 7 of 3"},
      {units(leaf, "0123456\xff"), "has a replacement that is not UTF-8"},
      {units(half, "a"), "has a key that is not UTF-8"},
      {units(leaf, std::string(7 + 257, 'x')), "has a replacement of 257 bytes; at most 256 are allowed"},
  };
  for (const auto& test : kCases) {
    const auto map = Charsmap::parse(test.input, "file");
    ASSERT_FALSE(map.has_value()) << test.message;
    EXPECT_EQ(map.error().code, ErrorCode::kBadModel);
    EXPECT_EQ(map.error().message.substr(0, 27 + test.message.size()), "file: precompiled_charsmap " + test.message);
  }
}

TEST(CharsmapTest, SurvivesEveryTruncationAndManyChanges) {
  const std::string good = pack_charsmap({{"a", "bc"}, {"é", "e"}, {"e\u0301", "é"}});
  for (std::size_t n = 0; n < good.size(); n += 13) (void)Charsmap::parse(base64(good.substr(0, n)), "file");
  for (std::size_t i = 0; i < 3000; ++i) {
    std::string bytes = good;
    bytes[i * 7919 % bytes.size()] = static_cast<char>(static_cast<unsigned char>(i * 31));
    if (const auto map = Charsmap::parse(base64(bytes), "file")) (void)map->apply(AlignedText("aée\u0301\xff\u0301"));
  }
}

}  // namespace
}  // namespace pith
