#include "tokenize/unigram.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "support/encoding_laws.h"
#include "support/print_error.h"
#include "support/random_text.h"
#include "support/unigram_fixture.h"

namespace pith {
namespace {

using testing::Random;
using testing::random_below;
using testing::UnigramFixture;
using testing::words_and_marks;

const std::vector<std::pair<std::string, double>>& small_pieces() {
  static const std::vector<std::pair<std::string, double>> pieces = {
      {"▁", -2},    {"▁un", -4}, {"able", -5}, {"▁hello", -6}, {"a", -4},    {"b", -4},  {"l", -4},
      {"e", -4},    {"ab", -6},  {"h", -5},    {"o", -5},      {"▁a", -4.5}, {"fi", -6}, {"中", -7},
      {"中文", -8}, {"u", -5},   {"n", -5},    {"xyz", -500},  {"é", -6.25}, {"▁▁", -3}};
  return pieces;
}

const UnigramFixture& small() {
  static const UnigramFixture fixture(small_pieces(), {{"\ufb01", "fi"}, {"\u3000", " "}, {"\t", " "}, {"\x01", ""}},
                                      words_and_marks());
  return fixture;
}

TEST(UnigramTest, TakesThePiecesWithTheLargestSum) {
  EXPECT_EQ(small().show("unable hello"), "▁un[0,2) able[2,6) ▁hello[7,12)");
  EXPECT_EQ(small().show("ab"), "▁[0,1) ab[0,2)");  // -8, before ▁a b with -8.5
  EXPECT_EQ(small().show("中文"), "▁[0,3) 中文[0,6)");
}

TEST(UnigramTest, OfEqualSumsTakesThePathWithTheLongestLastPiece) {
  const UnigramFixture fixture({{"a", -1}, {"aa", -2}, {"aaa", -3}}, {}, {});
  EXPECT_EQ(fixture.show("aaaa"), "a[0,1) aaa[1,4)");
}

TEST(UnigramTest, GivesTheMarkBeforeAWordTheBytesOfItsFirstCharacter) {
  EXPECT_EQ(small().show("él"), "▁[0,2) é[0,2) l[2,3)");
  EXPECT_EQ(small().show("  él"), "▁[2,4) é[2,4) l[4,5)");
}

TEST(UnigramTest, GivesTheCharactersOfAnExpansionItsBytes) {
  EXPECT_EQ(small().show("a\ufb01"), "▁a[0,1) fi[1,4)");
  EXPECT_EQ(small().show("\ufb01"), "▁[0,3) fi[0,3)");
}

TEST(UnigramTest, SplitsAtWhatTheCharacterMapMakesSpace) {
  EXPECT_EQ(small().show("a\u3000a\ta"), "▁a[0,1) ▁a[4,5) ▁a[6,7)");
}

TEST(UnigramTest, MergesARunOfUnknownCharactersIntoOneToken) {
  EXPECT_EQ(small().show("aqqb q"), "▁a[0,1) <unk>[1,3) b[3,4) ▁[5,6) <unk>[5,6)");
}

TEST(UnigramTest, NamesARunOfUnknownCharactersThatIsAPieceAfterAll) {
  // Scores above zero make two unknown characters (50 each) better than the piece of both (60).
  const UnigramFixture fixture({{"a", 100}, {"xy", 60}, {"z", 60}}, {}, {});
  EXPECT_EQ(fixture.show("axya"), "a[0,1) xy[1,3) a[3,4)");
  EXPECT_EQ(fixture.show("axyxa"), "a[0,1) <unk>[1,4) a[4,5)");
}

TEST(UnigramTest, SpellsUnknownCharactersInBytesIfTheVocabularyHasThemAll) {
  auto pieces = small_pieces();
  for (const char* byte : {"<0xE6>", "<0x97>", "<0xA5>"}) pieces.emplace_back(byte, 0);
  const UnigramFixture with(pieces, {}, words_and_marks(), true);
  EXPECT_EQ(with.show("a日"), "▁a[0,1) <0xE6>[1,4) <0x97>[1,4) <0xA5>[1,4)");
  EXPECT_EQ(with.show("a日月"), "▁a[0,1) <unk>[1,7)");  // U+6708 has a byte 0x9C
  const UnigramFixture without(pieces, {}, words_and_marks(), false);
  EXPECT_EQ(without.show("a日"), "▁a[0,1) <unk>[1,4)");
}

TEST(UnigramTest, TreatsEachBrokenSequenceAsTheReplacementCharacter) {
  auto pieces = small_pieces();
  pieces.emplace_back("\ufffd", -3);
  const UnigramFixture fixture(pieces, {}, words_and_marks());
  EXPECT_EQ(fixture.show("a\xE2\x82\xF0\x9F\xFF"), "▁a[0,1) \ufffd[1,3) \ufffd[3,5) \ufffd[5,6)");
  const UnigramFixture mapped(small_pieces(), {{"\ufffd", " "}}, words_and_marks());
  EXPECT_EQ(mapped.show("a\xFF"
                        "a"),
            "▁a[0,1) ▁a[2,3)");
}

TEST(UnigramTest, KnowsNoControlTokensInText) {
  EXPECT_EQ(small().show("<unk>"), "▁[0,1) <unk>[0,1) u[1,2) n[2,3) <unk>[3,5)");
  EXPECT_EQ(small().tokenizer->special_tokens().unk, 0);
  EXPECT_EQ(small().tokenizer->id_of("<unk>"), 0);
}

TEST(UnigramTest, AppendsToWhatTheEncodingHolds) {
  Encoding encoding;
  small().tokenizer->encode("a", &encoding);
  small().tokenizer->encode("", &encoding);
  small().tokenizer->encode(" a", &encoding);
  EXPECT_EQ(encoding.ids, std::vector<TokenId>(2, small().pieces.at("▁a").first));
  EXPECT_EQ(encoding.spans, (std::vector<ByteSpan>{{0, 1}, {1, 2}}));
}

TEST(UnigramTest, SaysHowItNormalises) {
  EXPECT_EQ(small().tokenizer->normalized("\ufb01\tq\xFF"), "fi q\ufffd");
  EXPECT_EQ(small().tokenizer->family(), TokenizerFamily::kUnigram);
  EXPECT_EQ(small().tokenizer->vocab_size(), small_pieces().size() + 1);
}

/// Characters that the rules, clusters and pieces below are made of.
const std::vector<std::string>& alphabet() {
  static const std::vector<std::string> kAlphabet = {
      "a",  "b",      "c",      "A",      " ",      " ",      "▁",      "\t",     "\n",     "\r",     "é",
      "e",  "\u0301", "\u0302", "\u0600", "\u00a9", "\u200d", "\u0915", "\u094d", "\u1100", "\u1161", "\u11a8",
      "가", "\ufb01", "\u3000", "中",     "文",     "\x01",   "\u00bd", "\u00ad", "😀",     "\ufffd", "<0x41>"};
  return kAlphabet;
}

std::string random_word(Random& random, std::size_t most) {
  std::string out;
  for (std::size_t n = random_below(random, most) + 1; n > 0; --n)
    out += alphabet()[random_below(random, alphabet().size())];
  return out;
}

TEST(UnigramTest, EqualsItsTwinWithRandomVocabulariesMapsAndSettings) {
  Random random(2024);
  for (int round = 0; round < 90; ++round) {
    testing::CharsmapRules rules;
    for (std::size_t n = random_below(random, 12); n > 0; --n) {
      rules[random_word(random, 2)] = random_below(random, 3) == 0 ? "" : random_word(random, 4);
    }
    std::vector<std::pair<std::string, double>> pieces;
    reference::ScoredPieces known;
    const double shift = random_below(random, 4) == 0 ? 60 : 0;  // above zero, unknown characters beat long pieces
    for (std::size_t n = random_below(random, 60) + 1; n > 0; --n) {
      const std::string piece = random_word(random, 3);
      const double score = random_below(random, 2) == 0 ? -static_cast<double>(random_below(random, 4))
                                                        : -static_cast<double>(random_below(random, 1 << 20)) / 77777.0;
      if (known.try_emplace(piece, 0, 0.0).second) pieces.emplace_back(piece, score + shift);
    }
    if (random_below(random, 3) == 0) {
      for (int byte = 0x80; byte < 0x100; ++byte) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const std::string spelled =
            std::string("<0x") + kDigits[static_cast<std::size_t>(byte) >> 4] + kDigits[byte & 15] + ">";
        if (known.try_emplace(spelled, 0, 0.0).second) pieces.emplace_back(spelled, -1);
      }
    }
    MetaspaceOptions splitting;
    splitting.whitespace_split = random_below(random, 2) == 0;
    if (random_below(random, 4) != 0) {
      splitting.metaspace =
          Metaspace{"▁", static_cast<PrependScheme>(random_below(random, 3)), random_below(random, 3) != 0};
    }
    const UnigramFixture fixture(pieces, rules, splitting, random_below(random, 2) == 0);
    for (int i = 0; i < 40; ++i) {
      const std::string text = i % 8 == 0 ? testing::random_text(random, 30) : random_word(random, 25);
      Encoding encoding;
      fixture.tokenizer->encode(text, &encoding);
      const Encoding expected = fixture.twin(text);
      ASSERT_EQ(encoding.ids, expected.ids) << "round " << round << ": " << text;
      ASSERT_EQ(encoding.spans, expected.spans) << "round " << round << ": " << text;
      ASSERT_EQ(testing::broken_encoding_law(text, encoding, *fixture.tokenizer), "") << text;
    }
  }
}

TEST(UnigramTest, TakesAMegabyteOfAnything) {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  Random random(3);
  const auto repeated = [](std::string_view unit) {
    std::string out;
    while (out.size() < kBytes) out += unit;
    return out;
  };
  const std::string texts[] = {
      repeated("a"),      repeated("q"),        repeated("▁"),      repeated("\u0301"),
      repeated("\ufb01"), repeated(" "),        repeated("\x01"),   testing::random_bytes(random, kBytes),
      repeated("\r\n"),   repeated("ab中文é "), repeated("\u0600"), repeated("\u0915\u094d")};
  for (const std::string& text : texts) {
    Encoding encoding;
    small().tokenizer->encode(text, &encoding);
    EXPECT_EQ(testing::broken_encoding_law(text, encoding, *small().tokenizer), "") << text.substr(0, 10);
  }
}

TEST(UnigramTest, GivesEveryThreadTheSame) {
  Random random(4);
  std::string text;
  for (int i = 0; i < 300; ++i) text += random_word(random, 5);
  Encoding expected;
  small().tokenizer->encode(text, &expected);
  std::vector<Encoding> found(4);
  std::vector<std::thread> threads;
  for (Encoding& encoding : found) threads.emplace_back([&] { small().tokenizer->encode(text, &encoding); });
  for (std::thread& thread : threads) thread.join();
  for (const Encoding& encoding : found) {
    EXPECT_EQ(encoding.ids, expected.ids);
    EXPECT_EQ(encoding.spans, expected.spans);
  }
}

}  // namespace
}  // namespace pith
