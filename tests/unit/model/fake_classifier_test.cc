// The fakes are what other layers' tests stand on: they have to keep the seams' promises.
#include "support/fake_classifier.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/print_error.h"

namespace pith {
namespace {

TEST(FakeTokenizerTest, SpansReproduceThePieces) {
  const FakeTokenizer tokenizer;
  const std::string text = "Hello, W\xC3\xB6rld 42\n\xE4\xBD\xA0 \xFF\x80 \xC3";
  Encoding encoding;
  tokenizer.encode(text, &encoding);
  std::vector<std::string> pieces;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
    pieces.emplace_back(tokenizer.piece(encoding.ids[i]));
    parts.emplace_back(encoding.spans[i].of(text));
    if (i > 0) {
      EXPECT_GE(encoding.spans[i].begin, encoding.spans[i - 1].end);
    }
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"He", "ll", "o", ",", "W", "\xC3\xB6", "rl", "d", "42", "\xE4\xBD\xA0",
                                             "\xFF", "\x80", "\xC3"}));
  EXPECT_EQ(std::vector<std::string>(pieces.begin(), pieces.begin() + 5),
            (std::vector<std::string>{"he", "##ll", "##o", ",", "w"}));
}

TEST(FakeTokenizerTest, HasOneIdPerPiece) {
  const FakeTokenizer tokenizer;
  for (std::size_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const auto piece = tokenizer.piece(static_cast<TokenId>(id));
    ASSERT_FALSE(piece.empty());
    ASSERT_EQ(tokenizer.id_of(piece), static_cast<TokenId>(id)) << piece;
  }
  EXPECT_EQ(tokenizer.piece(-1), "");
  EXPECT_EQ(tokenizer.id_of("no such piece"), kNoToken);
  EXPECT_EQ(tokenizer.piece(tokenizer.special_tokens().cls), "[CLS]");
  EXPECT_EQ(tokenizer.piece(tokenizer.special_tokens().sep), "[SEP]");
}

TEST(FakeClassifierTest, DependsOnTheSequenceAlone) {
  const FakeClassifier classifier;
  TokenSequences both;
  both.ids = {5, 6, 7, 8, 9};
  both.begin = {0, 3, 5};
  TokenSequences second;
  second.ids = {8, 9};
  second.end_sequence();
  const auto p = classifier.keep_probabilities(both).value();
  const auto alone = classifier.keep_probabilities(second).value();
  EXPECT_EQ(std::vector<float>(p.begin() + 3, p.end()), alone);
  for (const float x : p) {
    EXPECT_GE(x, 0.0F);
    EXPECT_LT(x, 1.0F);
  }
}

TEST(FakeClassifierTest, RefusesAndCancelsLikeTheSeam) {
  const FakeClassifier classifier({.max_sequence_tokens = 2});
  TokenSequences sequences;
  sequences.ids = {1, 2, 3};
  sequences.end_sequence();
  EXPECT_EQ(classifier.keep_probabilities(sequences).error().code, ErrorCode::kInvalidArgument);
  sequences.ids = {1, 99999};
  sequences.begin = {0, 2};
  EXPECT_EQ(classifier.keep_probabilities(sequences).error().code, ErrorCode::kInvalidArgument);
  sequences.ids = {1, 2};
  EXPECT_EQ(classifier.keep_probabilities(sequences, [](std::size_t, std::size_t) { return false; }).error().code,
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace pith
