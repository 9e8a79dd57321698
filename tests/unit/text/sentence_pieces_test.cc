#include "text/sentence_pieces.h"

#include <gtest/gtest.h>

namespace pith {
namespace {

TEST(SentencePieces, WhiteSpaceBetweenSentencesBelongsToTheOneBefore) {
  const std::vector<ByteSpan> pieces =
      sentence_pieces(" A b.  \xC3\x89t\xC3\xA9 oui. C. ", {{0, 5}, {7, 17}, {18, 20}});
  EXPECT_EQ(pieces, (std::vector<ByteSpan>{{0, 7}, {7, 18}, {18, 21}}));
}

TEST(SentencePieces, NoSentenceGivesNoPiece) { EXPECT_TRUE(sentence_pieces("  \n", {}).empty()); }

TEST(SentencePieces, InvalidBytesAreBytesLikeOthers) {
  const std::vector<ByteSpan> pieces = sentence_pieces("\x80\xFF. \xBF\xBF\xC3.", {{0, 3}, {4, 8}});
  EXPECT_EQ(pieces, (std::vector<ByteSpan>{{0, 4}, {4, 8}}));
}

}  // namespace
}  // namespace pith
