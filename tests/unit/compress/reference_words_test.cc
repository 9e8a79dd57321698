#include "compress/reference_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fake_classifier.h"

namespace pith {
namespace {

using testing::ElementsAre;

class ReferenceWordsTest : public testing::Test {
 protected:
  std::vector<std::string> encode(std::string_view text) const {
    std::vector<TokenId> ids;
    vocabulary_.encode(text, &ids);
    std::vector<std::string> pieces;
    pieces.reserve(ids.size());
    for (const TokenId id : ids) pieces.emplace_back(vocabulary_.piece(id));
    return pieces;
  }
  ReferenceForceTokens force(const std::vector<std::string>& tokens) const {
    auto made = ReferenceForceTokens::create(tokens, vocabulary_);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  std::vector<ReferenceWord> merge(const std::vector<std::string_view>& pieces, const std::vector<float>& probabilities,
                                   const ReferenceForceTokens& force, bool digits = false,
                                   TokenToWord mode = TokenToWord::kMean) const {
    std::vector<TokenId> ids;
    ids.reserve(pieces.size());
    for (const std::string_view piece : pieces) ids.push_back(vocabulary_.id_of(piece));
    ReferenceWordMerger merger(vocabulary_, *reference_word_rules(TokenizerFamily::kWordPiece), force, digits, mode);
    auto words = merger.merge(ids, probabilities);
    EXPECT_TRUE(words);
    return words ? *words : std::vector<ReferenceWord>();
  }

  FakeTokenizer tokenizer_;
  ReferenceVocabulary vocabulary_{tokenizer_};
};

TEST_F(ReferenceWordsTest, SpecialTokensInTheTextAreThoseTokens) {
  EXPECT_THAT(encode("ab[SEP]cd"), ElementsAre("ab", "[SEP]", "cd"));
  EXPECT_THAT(encode("[CLS][PAD] [UNK] [MASK]"), ElementsAre("[CLS]", "[PAD]", "[UNK]", "[MASK]"));
  EXPECT_THAT(encode("a[NEW7]bc[NEW10][NEW1]"), ElementsAre("a", "[NEW7]", "bc", "[NEW10]", "[NEW1]"));
}

TEST_F(ReferenceWordsTest, OnlyExactSpellingsAreSpecial) {
  EXPECT_THAT(encode("[sep]"), ElementsAre("[", "se", "##p", "]"));
  EXPECT_THAT(encode("[NEW100]"), ElementsAre("[", "ne", "##w1", "##00", "]"));
  EXPECT_THAT(encode("[[SEP]"), ElementsAre("[", "[SEP]"));
  EXPECT_THAT(encode("[SEP"), ElementsAre("[", "se", "##p"));
}

TEST_F(ReferenceWordsTest, AddedTokensFollowTheVocabulary) {
  EXPECT_EQ(vocabulary_.id_of("[NEW0]"), static_cast<TokenId>(tokenizer_.vocab_size()));
  EXPECT_EQ(vocabulary_.id_of("[NEW99]"), static_cast<TokenId>(tokenizer_.vocab_size()) + 99);
  EXPECT_EQ(vocabulary_.id_of("[NEW100]"), kNoToken);
  EXPECT_EQ(vocabulary_.piece(vocabulary_.id_of("[NEW42]")), "[NEW42]");
}

TEST_F(ReferenceWordsTest, ForceTokensOfOnePieceAreNotMapped) {
  const auto made = force({"\n", "ab", "?", "abc", ""});
  EXPECT_EQ(made.mapped("\n"), "[NEW0]");
  EXPECT_EQ(made.mapped("ab"), "");
  EXPECT_EQ(made.mapped("?"), "");
  EXPECT_EQ(made.mapped("abc"), "[NEW3]");
  EXPECT_TRUE(made.forces("ab") && made.forces("[NEW0]") && made.forces("\n"));
  EXPECT_FALSE(made.forces("[NEW1]") || made.forces("b"));
}

TEST_F(ReferenceWordsTest, ForceTokensAreReplacedOneAfterTheOther) {
  EXPECT_EQ(*force({"\n", "a\nb"}).map("a\nb"), "a[NEW0]b");  // the second no longer finds its string
  EXPECT_EQ(*force({"abc", "[N"}).map("abc"), "[NEW1]EW0]");  // and may break the first one's token
  EXPECT_EQ(*force({"\n", "?", "\n"}).map("\n"), "[NEW2]");   // a repeated string takes its last index
  EXPECT_EQ(*force({""}).map("ab"), "[NEW0]a[NEW0]b[NEW0]");
  EXPECT_EQ(force({"\n", "abc"}).restore("[NEW1] [NEW0] [NEW5]"), "abc \n [NEW5]");
}

TEST_F(ReferenceWordsTest, MoreThanAHundredForceTokensAreRefused) {
  const auto made = ReferenceForceTokens::create(std::vector<std::string>(101, "a"), vocabulary_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(ReferenceForceTokens::create(std::vector<std::string>(100, "a"), vocabulary_));
}

TEST_F(ReferenceWordsTest, WordsAreMeansOfTheirPieces) {
  const auto words = merge({"[CLS]", "ab", "##c", "x", "[UNK]", "[SEP]"}, {0, 0.25F, 0.5F, 0.75F, 1, 1}, force({}));
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].text, "abc");
  EXPECT_EQ(words[0].probability, 0.375F);
  EXPECT_EQ(words[1].text, "x");
  EXPECT_EQ(words[1].probability, 0.75F);
  EXPECT_FALSE(words[0].is_double || words[1].is_double);
}

TEST_F(ReferenceWordsTest, FirstModeTakesTheFirstPiece) {
  const auto words = merge({"ab", "##c"}, {0.25F, 0.5F}, force({}), false, TokenToWord::kFirst);
  EXPECT_EQ(words[0].probability, 0.25F);
}

TEST_F(ReferenceWordsTest, ForcingRaisesTheFirstPieceOnly) {
  const auto words = merge({"ab", "##c", "?", "[NEW2]"}, {0.25F, 0.5F, 0.1F, 0.2F}, force({"ab", "?", "\n"}));
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[0].probability, 0.75F);
  EXPECT_EQ(words[0].raw_probability, 0.25F);  // the library repeats the first piece's value
  EXPECT_FALSE(words[0].is_double);            // 1.0 + float32 is a float32 in NumPy 2
  EXPECT_EQ(words[1].probability, 1.0F);
  EXPECT_TRUE(words[1].is_double);
  EXPECT_EQ(words[2].text, "\n");  // mapped, and put back
  EXPECT_EQ(words[2].probability, 1.0F);
  EXPECT_EQ(words[2].raw_probability, 0.2F);
}

TEST_F(ReferenceWordsTest, AForcedContinuationBeginsAWordAndKeepsItsMarker) {
  const auto words = merge({"ab", "##c"}, {0.25F, 0.5F}, force({"c"}));
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[1].text, "##c");
  EXPECT_EQ(words[1].probability, 1.0F);
}

TEST_F(ReferenceWordsTest, DigitsAreRaisedPieceByPiece) {
  const auto words = merge({"12", "##34", "ab", "##5"}, {0.25F, 0.5F, 0.25F, 0.5F}, force({}), true);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].probability, 1.0F);
  EXPECT_TRUE(words[0].is_double);
  EXPECT_EQ(words[1].probability, 0.625F);
  EXPECT_FALSE(words[1].is_double);
}

TEST_F(ReferenceWordsTest, AContinuationWithoutAWordIsReported) {
  const ReferenceForceTokens no_force;
  ReferenceWordMerger merger(vocabulary_, *reference_word_rules(TokenizerFamily::kWordPiece), no_force, false,
                             TokenToWord::kMean);
  EXPECT_FALSE(merger.merge(std::vector<TokenId>{vocabulary_.id_of("##c")}, std::vector<float>{0.5F}));
}

TEST(XlmRobertaWordRulesTest, MarkersAndPunctuationBeginWords) {
  const ReferenceWordRules& rules = *reference_word_rules(TokenizerFamily::kUnigram);
  const ReferenceForceTokens no_force;
  for (const char* piece : {"\u2581the", "\u2581", ".", "()", "./", "[\\]", "\u2581.", "~"}) {
    EXPECT_TRUE(rules.begins_word(piece, no_force)) << piece;
  }
  for (const char* piece : {"the", "...", ")(", "\u3002", "1", "a.", "\u00E9"}) {
    EXPECT_FALSE(rules.begins_word(piece, no_force)) << piece;
  }
  EXPECT_EQ(rules.pure("\u2581\u2581the"), "the");
  EXPECT_EQ(rules.label("\u2581the"), "the");
  EXPECT_EQ(reference_word_rules(TokenizerFamily::kUnigram, true)->label("\u2581the"), "\u2581the");
}

TEST(XlmRobertaWordRulesTest, DecodingDropsTheMarkersOfTheFirstElementOnly) {
  const ReferenceWordRules& rules = *reference_word_rules(TokenizerFamily::kUnigram);
  const std::vector<std::string_view> words{"\u2581a\u2581b", ".", "\u2581c", "\u2581", "d"};
  EXPECT_EQ(rules.decode(words), "ab. c d");
  EXPECT_EQ(rules.decode({}), "");
}

TEST_F(ReferenceWordsTest, ByteLevelBpeHasNoRules) {
  EXPECT_EQ(reference_word_rules(TokenizerFamily::kByteLevelBpe), nullptr);
}

}  // namespace
}  // namespace pith
