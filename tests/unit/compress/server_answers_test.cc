#include "compress/rankers/server_answers.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/print_error.h"

namespace pith {
namespace {

TEST(ReadEmbeddingsTest, SortsAndNormalises) {
  const auto vectors = read_embeddings(
      "host", R"({"data":[{"index":1,"embedding":[0,-2]},{"index":0,"embedding":[3,4.0]}],"usage":{}})", 2);
  ASSERT_TRUE(vectors) << vectors.error().message;
  EXPECT_EQ(*vectors, (std::vector<std::vector<double>>{{0.6, 0.8}, {0, -1}}));
  const auto huge = read_embeddings("host", R"({"data":[{"index":0,"embedding":[1e300,1e300]}]})", 1);
  EXPECT_NEAR(huge->front()[0], 0.7071, 1e-4);
}

TEST(ReadEmbeddingsTest, NamesTheFieldThatIsWrong) {
  const struct {
    std::string answer, part;
  } cases[] = {
      {"", "no JSON"},
      {"<html>", "no JSON"},
      {R"({"data":[{"index":0,"embedding":[NaN]},{}]})", "no JSON"},
      {"[]", "not an object"},
      {"7", "not an object"},
      {"{}", "\"data\" is no list"},
      {R"({"data":{}})", "\"data\" is no list"},
      {R"({"data":[]})", "data has 0 items for 2 texts"},
      {R"({"data":[1,2,3]})", "data has 3 items for 2 texts"},
      {R"({"data":[1,2]})", "data[0].index is no number"},
      {R"({"data":[{"index":"0"},{}]})", "data[0].index is no number"},
      {R"({"data":[{"index":0.5},{}]})", "data[0].index is no number"},
      {R"({"data":[{"index":-1},{}]})", "data[0].index is no number"},
      {R"({"data":[{"index":99999999999999999999},{}]})", "data[0].index is no number"},
      {R"({"data":[{"index":2},{}]})", "data[0].index is 2 of 2 texts"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})", "data[1].index 0 comes twice"},
      {R"({"data":[{"index":0},{}]})", "data[0].embedding is no list"},
      {R"({"data":[{"index":0,"embedding":"AAAA"},{}]})", "data[0].embedding is no list"},
      {R"({"data":[{"index":0,"embedding":[]},{}]})", "data[0].embedding has no direction"},
      {R"({"data":[{"index":0,"embedding":[0,0]},{}]})", "data[0].embedding has no direction"},
      {R"({"data":[{"index":0,"embedding":[1,null]},{}]})", "data[0].embedding[1] is no number"},
      {R"({"data":[{"index":0,"embedding":[1e999]},{}]})", "data[0].embedding[0] is no finite number"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]})", "data[1].embedding has 2 numbers"},
      {std::string(100'000, '['), "no JSON"},
  };
  for (const auto& c : cases) {
    const auto vectors = read_embeddings("host", c.answer, 2);
    ASSERT_FALSE(vectors) << c.answer;
    EXPECT_EQ(vectors.error().code, ErrorCode::kIo);
    EXPECT_TRUE(vectors.error().message.starts_with("host: ")) << vectors.error().message;
    EXPECT_NE(vectors.error().message.find(c.part), std::string::npos) << vectors.error().message;
  }
}

TEST(ReadScoresTest, ReadsBothShapes) {
  for (const std::string answer :
       {R"({"results":[{"index":1,"relevance_score":0.5},{"index":0,"relevance_score":-2}]})",
        R"([{"index":0,"score":-2},{"index":1,"score":0.5}])"}) {
    EXPECT_EQ(read_scores("host", answer, 2).value(), (std::vector<double>{-2, 0.5}));
  }
}

TEST(ReadScoresTest, NamesTheFieldThatIsWrong) {
  const struct {
    std::string answer, part;
  } cases[] = {
      {R"([{"index":0,"score":1}])", "results has 1 items for 2 texts"},
      {R"([{"index":0,"score":1},{"index":0,"score":1}])", "results[1].index 0 comes twice"},
      {R"([{"index":0,"score":1},{"index":2,"score":1}])", "results[1].index is 2 of 2 texts"},
      {R"([{"index":0,"score":null},{"index":1,"score":1}])", "results[0].score is no number"},
      {R"({"results":[{"index":0},{"index":1}]})", "results[0].relevance_score is no number"},
      {R"({"results":[{"index":0,"relevance_score":1e999},{}]})", "results[0].relevance_score is no finite number"},
      {R"({"results":[null,null]})", "results[0].index is no number"},
      {R"("results")", "not an object"},
  };
  for (const auto& c : cases) {
    const auto scores = read_scores("host", c.answer, 2);
    ASSERT_FALSE(scores) << c.answer;
    EXPECT_NE(scores.error().message.find(c.part), std::string::npos) << scores.error().message;
  }
}

TEST(ServerAnswersTest, SurviveMutations) {
  const std::string answers[] = {R"({"data":[{"index":1,"embedding":[0,-2]},{"index":0,"embedding":[3,4.0]}]})",
                                 R"({"results":[{"index":1,"relevance_score":0.5},{"index":0,"relevance_score":-2}]})",
                                 R"([{"index":0,"score":-2},{"index":1,"score":0.5}])"};
  const std::string_view letters = "{}[]\",:0129-.einx \xFF";
  std::mt19937 random(5);
  int n_read = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string answer = answers[random() % std::size(answers)];
    for (std::size_t n = random() % 3; n > 0; --n) {
      answer[random() % answer.size()] = letters[random() % letters.size()];
    }
    const auto vectors = read_embeddings("host", answer, 2);
    const auto scores = read_scores("host", answer, 2);
    n_read += vectors || scores ? 1 : 0;
    EXPECT_TRUE(!vectors || vectors->size() == 2);
    EXPECT_TRUE(!scores || scores->size() == 2);
  }
  EXPECT_GT(n_read, 1000);
}

}  // namespace
}  // namespace pith
