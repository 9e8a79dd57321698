#include "tokenize/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/print_error.h"
#include "support/random_text.h"

namespace pith {
namespace {

TEST(VocabularyTest, FindsWhatItWasGivenAndNothingElse) {
  testing::Random random(3);
  std::map<std::string, TokenId> expected;
  std::vector<std::string> spelling;
  while (spelling.size() < 3000) {
    std::string piece;  // few letters: many shared prefixes, pieces inside pieces
    for (std::size_t n = 1 + testing::random_below(random, 9); n > 0; --n) {
      piece += static_cast<char>('a' + static_cast<char>(testing::random_below(random, 3)));
    }
    if (expected.emplace(piece, static_cast<TokenId>(spelling.size())).second) spelling.push_back(piece);
  }
  Vocabulary::Entries entries;
  for (std::size_t id = 0; id < spelling.size(); ++id) entries.emplace_back(spelling[id], static_cast<TokenId>(id));
  const Vocabulary vocabulary = Vocabulary::build(entries, {}, "test").value();
  EXPECT_EQ(vocabulary.size(), spelling.size());
  for (const auto& [piece, id] : expected) {
    EXPECT_EQ(vocabulary.id_of(piece), id);
    EXPECT_EQ(vocabulary.piece(id), piece);
    for (const std::string& other : {piece + "a", piece.substr(0, piece.size() - 1), piece + "\xff"}) {
      const auto found = expected.find(other);
      EXPECT_EQ(vocabulary.id_of(other), found == expected.end() ? kNoToken : found->second);
    }
  }
}

TEST(VocabularyTest, KeepsHolesBetweenIds) {
  const Vocabulary vocabulary = Vocabulary::build({{"a", 7}, {"b", 2}}, {}, "test").value();
  EXPECT_EQ(vocabulary.size(), 8u);
  EXPECT_EQ(vocabulary.piece(2), "b");
  EXPECT_EQ(vocabulary.piece(3), "");
  EXPECT_EQ(vocabulary.piece(7), "a");
  EXPECT_EQ(vocabulary.id_of("a"), 7);
}

TEST(VocabularyTest, KeepsAddedTokensOutOfTheTrie) {
  const Vocabulary vocabulary = Vocabulary::build({{"a", 0}, {"[CLS]", 1}}, {{"[CLS]", 1}, {"new", 5}}, "test").value();
  EXPECT_EQ(vocabulary.size(), 6u);
  EXPECT_EQ(vocabulary.id_of("[CLS]"), 1);
  EXPECT_EQ(vocabulary.id_of("new"), 5);
  EXPECT_EQ(vocabulary.piece(5), "new");
  EXPECT_EQ(vocabulary.trie().find("new"), PieceTrie::kNone);
}

TEST(VocabularyTest, LetsTheLargestIdOfASpellingWin) {
  const Vocabulary vocabulary = Vocabulary::build({{"a", 0}, {"b", 1}, {"a", 2}}, {}, "test").value();
  EXPECT_EQ(vocabulary.id_of("a"), 2);
  EXPECT_EQ(vocabulary.piece(0), "a");
}

TEST(VocabularyTest, RefusesWhatCannotBeAVocabulary) {
  const std::string huge(Vocabulary::kMaxBytes + 1, 'x');
  const struct {
    Vocabulary::Entries pieces;
    Error error;
  } kCases[] = {
      {{}, {ErrorCode::kBadModel, "f: the vocabulary is empty"}},
      {{{"a", -1}}, {ErrorCode::kBadModel, "f: token \"a\" has id -1; ids from 0 to 4194303 are allowed"}},
      {{{"a", 4194304}}, {ErrorCode::kBadModel, "f: token \"a\" has id 4194304; ids from 0 to 4194303 are allowed"}},
      {{{"a", 3}, {"b", 3}}, {ErrorCode::kBadModel, "f: tokens \"a\" and \"b\" share id 3"}},
      {{{huge, 0}}, {ErrorCode::kTooLarge, "f: 8388609 bytes of vocabulary; at most 8388608 are allowed"}},
  };
  for (const auto& test : kCases) {
    const auto vocabulary = Vocabulary::build(test.pieces, {}, "f");
    ASSERT_FALSE(vocabulary.has_value()) << test.error.message;
    EXPECT_EQ(vocabulary.error(), test.error);
  }
}

}  // namespace
}  // namespace pith
