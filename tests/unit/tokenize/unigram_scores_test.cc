#include "tokenize/unigram_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace pith {
namespace {

/// What serde_json makes of a number, written so that a double holds it exactly. Most agree with the nearest double.
TEST(UnigramScoresTest, RoundsAsSerdeJsonDoes) {
  const struct {
    const char* number;
    double expected;
  } kCases[] = {
      {"0", 0.0},
      {"-5", -5.0},
      {"-0.5", -0.5},
      {"-12.25e1", -122.5},
      {"1E2", 100.0},
      {"0e999999", 0.0},
      {"1e-400", 0.0},
      {"1e308", 1e308},
      {"-9.369991302490234", -9.369991302490234},
      {"-2.0154635906219482", -2.015463590621948},
      {"-9.773894309997559", -9.77389430999756},
      {"-11.830850601196289", -11.830850601196287},
      {"-1.4078937768936157", -1.4078937768936155},
      {"-2.5255972745382294", -2.52559727453823},
      {"-14.353131798239323", -14.353131798239325},
      {"-14.703859068454241", -14.70385906845424},
      {"-12.458588296420999", -12.458588296421},
      {"18446744073709551615", 18446744073709551615.0},
      {"-3.46354269981384280000000001", -3.4635426998138428},
  };
  for (const auto& test : kCases) EXPECT_EQ(read_score(test.number), test.expected) << test.number;
  for (const char* number : {"", "-", "x", "1e309", "1e99999999999", ".5"}) {
    EXPECT_TRUE(std::isnan(read_score(number))) << number;
  }
}

TEST(UnigramScoresTest, FindsTheScoresOfTheModelsVocabularyOnly) {
  EXPECT_EQ(
      read_scores(R"({"vocab": [["a", 9]], "model": {"x": [[1, 2]], "vocab": [["\u00e9", -1.5], ["b", 2], ["c", 3e0]],
                           "y": [[7]]}, "other": {"vocab": [["d", 4]]}, "z": [[[5]]]})"),
      (std::vector<double>{-1.5, 2, 3}));
  EXPECT_EQ(read_scores(R"({"model": {"vocab": [["a", 1]], "vocab": [["a", 2]]}})"), std::vector<double>{2});
  EXPECT_EQ(read_scores(R"({"model": {"vocab": [["a", 1]]}, "model": {"vocab": [["a", 2]]}})"), std::vector<double>{2});
  EXPECT_EQ(read_scores(R"({"model": {"vocab": [["a", [1]], {"b": 2}, 3]}})"), std::vector<double>{2});
  EXPECT_EQ(read_scores("{}"), std::vector<double>{});
}

}  // namespace
}  // namespace pith
