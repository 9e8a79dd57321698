#include "tokenize/wordpiece.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "reference/wordpiece_reference.h"
#include "support/encoding_laws.h"
#include "support/print_error.h"
#include "support/random_text.h"
#include "support/show_tokens.h"

namespace pith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A small vocabulary, its tokenizer and the map the twin reads.
struct Fixture {
  reference::PieceMap map;
  WordPieceOptions options;
  std::unique_ptr<WordPiece> tokenizer;

  Fixture(const std::vector<std::string>& pieces, WordPieceOptions with) : options(std::move(with)) {
    Vocabulary::Entries entries;
    for (const std::string& piece : pieces) {
      const auto id = static_cast<TokenId>(entries.size());
      entries.emplace_back(piece, id);
      map[piece] = id;
    }
    tokenizer = WordPiece::create(Vocabulary::build(entries, {}, "test").value(), options, {}, "test").value();
  }

  /// "un[0,2) ##able[2,6)"
  [[nodiscard]] std::string show(std::string_view text) const {
    const Encoding encoding = testing::encode(*tokenizer, text);
    EXPECT_EQ(testing::broken_encoding_law(text, encoding, *tokenizer), "");
    return testing::show_tokens(*tokenizer, encoding);
  }
};

const std::vector<std::string>& small_pieces() {
  static const std::vector<std::string> pieces = [] {
    std::vector<std::string> out = {"[UNK]",    "un",       "##able",   "##aff",      "aff",         "able",
                                    "hello",    "##lo",     "hel",      "##e\u0301",  "\u00e9",      "##\u00e9",
                                    "\u4e2d",   "\u6587",   "##\u0307", "\u1100",     "##\u1161",    "##\u11a8",
                                    "\u0438",   "##\u0438", "caf",      "cafe",       "[CLS]",       "\ufffd",
                                    "##\ufffd", "abc",      "\u01c6",   "\U0001d158", "##\U0001d165"};
    for (char c = 'a'; c <= 'z'; ++c) {
      out.push_back(std::string(1, c));
      out.push_back("##" + std::string(1, c));
    }
    for (const char c : std::string(".,!?'\"()[]-#")) out.push_back(std::string(1, c));
    return out;
  }();
  return pieces;
}

const Fixture& uncased() {
  static const Fixture fixture(small_pieces(), {});
  return fixture;
}

TEST(WordPieceTest, CutsWordsGreedilyIntoTheLongestPieces) {
  EXPECT_EQ(uncased().show("unaffable"), "un[0,2) ##aff[2,5) ##able[5,9)");
  EXPECT_EQ(uncased().show("hello, helios"), "hello[0,5) ,[5,6) hel[7,10) ##i[10,11) ##o[11,12) ##s[12,13)");
}

TEST(WordPieceTest, LowersAndStripsAccentsButKeepsTheOriginalBytes) {
  EXPECT_EQ(uncased().show("HELLO Caf\u00e9!"), "hello[0,5) cafe[6,11) ![11,12)");
  // The removed mark belongs to nobody when it ends the word, and to the token when it lies inside.
  EXPECT_EQ(uncased().show("cafe\u0301"), "cafe[0,4)");
  EXPECT_EQ(uncased().show("ca\u0301fe"), "cafe[0,6)");
}

TEST(WordPieceTest, SplitsCjkCharactersApart) {
  EXPECT_EQ(uncased().show("a\u4e2d\u6587b"), "a[0,1) \u4e2d[1,4) \u6587[4,7) b[7,8)");
}

TEST(WordPieceTest, GivesThePartsOfADecomposedCharacterItsBytes) {
  EXPECT_EQ(uncased().show("\uac01"), "\u1100[0,3) ##\u1161[0,3) ##\u11a8[0,3)");
}

TEST(WordPieceTest, DropsControlsInsideWords) {
  EXPECT_EQ(uncased().show(std::string("un\0able \x01hel\x7flo\xE2\x80\x8B", 17)), "un[0,2) ##able[3,7) hello[9,15)");
  EXPECT_EQ(uncased().show("\x01\x02"), "");
  EXPECT_EQ(uncased().show("hello\ufffd"), "hello[0,5)");
}

TEST(WordPieceTest, TreatsEachBrokenSequenceAsTheReplacementCharacter) {
  EXPECT_EQ(uncased().show("un\xE2\x82"
                           "able\xff"),
            "un[0,2) ##able[4,8)");  // cleaned away
  WordPieceOptions options;
  options.bert.clean_text = false;
  const Fixture raw(small_pieces(), options);
  EXPECT_EQ(raw.show("\xE2\x82\xF0\x9F\xFF"), "\ufffd[0,2) ##\ufffd[2,4) ##\ufffd[4,5)");
  EXPECT_EQ(raw.show("\xED\xA0\x80"), "\ufffd[0,1) ##\ufffd[1,2) ##\ufffd[2,3)");
}

TEST(WordPieceTest, TurnsAWordItCannotCutIntoOneUnknown) {
  EXPECT_EQ(uncased().show("hello un7able"), "hello[0,5) [UNK][6,13)");
  EXPECT_EQ(uncased().show("\U0001f600x hello"), "[UNK][0,5) hello[6,11)");
}

TEST(WordPieceTest, TurnsATooLongWordIntoOneUnknownWithItsWholeSpan) {
  const std::string hundred(100, 'a');
  Encoding encoding;
  uncased().tokenizer->encode(hundred, &encoding);
  EXPECT_EQ(encoding.n_tokens(), 100u);
  EXPECT_EQ(uncased().show(hundred + "a"), "[UNK][0,101)");
  std::string accented;
  for (int i = 0; i < 101; ++i) accented += "\u00e9";
  EXPECT_EQ(uncased().show("x " + accented + " x"), "x[0,1) [UNK][2,204) x[205,206)");
}

TEST(WordPieceTest, CountsCharactersAfterDecomposition) {
  WordPieceOptions options;
  options.max_input_chars_per_word = 3;
  const Fixture fixture(small_pieces(), options);
  EXPECT_EQ(fixture.show("\uac01"), "\u1100[0,3) ##\u1161[0,3) ##\u11a8[0,3)");
  EXPECT_EQ(fixture.show("\uac01\uac01"), "[UNK][0,6)");
  EXPECT_EQ(fixture.show("e\u0301e\u0301e\u0301"), "e[0,1) ##e[3,4) ##e[6,7)");  // removed marks do not count
}

TEST(WordPieceTest, KnowsNoSpecialTokensInText) {
  EXPECT_EQ(uncased().show("[CLS]"), "[[0,1) c[1,2) ##l[2,3) ##s[3,4) ][4,5)");
}

TEST(WordPieceTest, LowersDottedCapitalIToTwoCharacters) {
  WordPieceOptions options;
  options.bert.strip_accents = false;
  const Fixture fixture(small_pieces(), options);
  EXPECT_EQ(fixture.show("\u0130"), "i[0,2) ##\u0307[0,2)");
  EXPECT_EQ(uncased().show("\u0130"), "i[0,2)");
}

TEST(WordPieceTest, AlignsMarksThatSurviveReorderingAsHuggingFaceDoes) {
  // U+1D15E is U+1D157 U+1D165; U+1D158 + a removed mark + U+1D165 keeps each one's own bytes.
  EXPECT_EQ(uncased().show("\U0001d158\U0001d165"), "\U0001d158[0,4) ##\U0001d165[4,8)");
  EXPECT_EQ(uncased().show("\U0001d158\u0323\U0001d165"), "\U0001d158[0,4) ##\U0001d165[4,6)");
}

TEST(WordPieceTest, UsesTheVocabularysPrefix) {
  WordPieceOptions options;
  options.continuing_subword_prefix = "";
  const Fixture none(small_pieces(), options);
  EXPECT_EQ(none.show("unable"), "un[0,2) able[2,6)");
  options.continuing_subword_prefix = "@@";
  const Fixture foreign(small_pieces(), options);
  EXPECT_EQ(foreign.show("un unable"), "un[0,2) [UNK][3,9)");
}

TEST(WordPieceTest, AppendsToWhatTheEncodingHolds) {
  Encoding encoding;
  uncased().tokenizer->encode("un", &encoding);
  uncased().tokenizer->encode("x un7", &encoding);
  EXPECT_THAT(encoding.ids, ElementsAre(uncased().map.at("un"), uncased().map.at("x"), 0));
  EXPECT_THAT(encoding.spans, ElementsAre(ByteSpan{0, 2}, ByteSpan{0, 1}, ByteSpan{2, 5}));
}

TEST(WordPieceTest, FindsPiecesByIdAndSpelling) {
  const WordPiece& tokenizer = *uncased().tokenizer;
  EXPECT_EQ(tokenizer.vocab_size(), small_pieces().size());
  EXPECT_EQ(tokenizer.family(), TokenizerFamily::kWordPiece);
  EXPECT_EQ(tokenizer.special_tokens().unk, 0);
  for (std::size_t id = 0; id < small_pieces().size(); ++id) {
    EXPECT_EQ(tokenizer.piece(static_cast<TokenId>(id)), small_pieces()[id]);
    EXPECT_EQ(tokenizer.id_of(small_pieces()[id]), static_cast<TokenId>(id));
  }
  EXPECT_EQ(tokenizer.piece(-1), "");
  EXPECT_EQ(tokenizer.piece(static_cast<TokenId>(small_pieces().size())), "");
  EXPECT_EQ(tokenizer.id_of("hell"), kNoToken);  // on the way to "hello"
  EXPECT_EQ(tokenizer.id_of(""), kNoToken);
  EXPECT_EQ(tokenizer.id_of("nothing"), kNoToken);
}

TEST(WordPieceTest, RefusesAVocabularyWithoutTheUnknownToken) {
  const auto tokenizer = WordPiece::create(Vocabulary::build({{"a", 0}}, {}, "x.json").value(), {}, {}, "x.json");
  ASSERT_FALSE(tokenizer.has_value());
  EXPECT_EQ(tokenizer.error(),
            (Error{ErrorCode::kBadModel, "x.json: the unknown token \"[UNK]\" is not in the vocabulary"}));
}

/// Every setting, on texts that no person would write: equal to the twin, and the laws hold.
TEST(WordPieceTest, EqualsItsTwinOnRandomTextUnderEveryOption) {
  std::vector<std::string> pieces = small_pieces();
  for (char32_t c :
       U"\u0301\u0323\u0307\u0334\u093c\u302e\u302f\U0001d157\U0001d16e\u03c3\u00e9\u0660 \u0085\u3000\u0001") {
    std::string piece;
    testing::append_utf8(piece, c);
    if (c != 0) pieces.insert(pieces.end(), {piece, "##" + piece});
  }
  testing::Random random(20240607);
  const auto marks = [&](std::size_t n) {  // runs in which reordering and decomposition meet
    constexpr std::u32string_view kMarks =
        U"aE\u00e9\u0301\u0323\u0307\u0334\u0344\u0f73\u0f39\u093c\u302e\u302f\U0001d15e\U0001d160\U0001d158\U0001d165"
        U"\U0001d16e\uac01\u4e2d \x01";
    std::string out;
    for (std::size_t i = 0; i < n; ++i) testing::append_utf8(out, kMarks[testing::random_below(random, kMarks.size())]);
    return out;
  };
  std::size_t n_tokens = 0;
  for (unsigned bits = 0; bits < 64; ++bits) {
    WordPieceOptions options;
    options.bert = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
    options.max_input_chars_per_word = (bits & 16) != 0 ? 100 : 4;
    options.continuing_subword_prefix = (bits & 32) != 0 ? "##" : "";
    const Fixture fixture(pieces, options);
    for (int i = 0; i < 300; ++i) {
      const std::size_t size = testing::random_below(random, 40);
      const std::string text = i % 3 == 0 ? marks(size) : testing::random_text(random, size);
      Encoding encoding;
      fixture.tokenizer->encode(text, &encoding);
      ASSERT_EQ(testing::broken_encoding_law(text, encoding, *fixture.tokenizer), "") << ::testing::PrintToString(text);
      const Encoding expected = reference::encode_wordpiece(text, fixture.map, options);
      ASSERT_EQ(encoding.ids, expected.ids) << ::testing::PrintToString(text) << " options " << bits;
      ASSERT_EQ(encoding.spans, expected.spans) << ::testing::PrintToString(text) << " options " << bits;
      n_tokens += encoding.n_tokens();
    }
  }
  EXPECT_GT(n_tokens, 100000u);
}

TEST(WordPieceTest, TakesAMegabyteOfAnything) {
  for (const std::string& unit :
       {std::string("a"), std::string("\u0301"), std::string("\u302e"), std::string("\xff"), std::string("\x01"),
        std::string("\u4e2d"), std::string("a\x01"), std::string("\uac01")}) {
    std::string text;
    while (text.size() < 1000000) text += unit;
    Encoding encoding;
    uncased().tokenizer->encode(text, &encoding);
    EXPECT_EQ(testing::broken_encoding_law(text, encoding, *uncased().tokenizer), "");
  }
}

TEST(WordPieceTest, GivesEveryThreadTheSame) {
  const std::string text = "unaffable H\u00e9llo \u4e2d\u6587 \uac01 un7able";
  Encoding expected;
  uncased().tokenizer->encode(text, &expected);
  std::vector<std::thread> threads;
  std::vector<int> n_wrong(4);
  for (std::size_t t = 0; t < n_wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        Encoding encoding;
        uncased().tokenizer->encode(text, &encoding);
        if (encoding.ids != expected.ids || encoding.spans != expected.spans) ++n_wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(n_wrong, ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace pith
