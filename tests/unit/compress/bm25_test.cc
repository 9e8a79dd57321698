#include "compress/bm25.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms;
  for_each_term(text, [&](std::string_view term) { terms.emplace_back(term); });
  return terms;
}

std::vector<double> scores_of(std::string_view query, const std::vector<std::string>& passages) {
  const std::vector<std::string_view> views(passages.begin(), passages.end());
  return bm25_scores(query, views);
}

TEST(TermsTest, AreWhatAReaderCallsTheSameWord) {
  const struct {
    std::string text;
    std::vector<std::string> terms;
  } cases[] = {
      {"", {}},
      {" \r\n--!", {}},
      {"Reached, REACHING; reaches", {"reach", "reach", "reach"}},
      {"stopped stopping called calls", {"stop", "stop", "call", "call"}},
      {"cities city bus glass is", {"city", "city", "bus", "glass", "is"}},
      {"named name names quickly", {"nam", "nam", "nam", "quick"}},
      {"Amundsen's red king", {"amundsen", "s", "red", "king"}},
      {"get_user_name(x42)", {"get", "user", "nam", "x42"}},
      {"ÉTÉ été Straße", {"été", "été", "straße"}},
      {"南極点", {"南極", "極点"}},
      {"第 7 回abc", {"第", "7", "回", "abc"}},
      {"ภาษา", {"ภา", "าษ", "ษา"}},
      {"\xFF\xFE"
       "ab\x80"
       "cd",
       {"ab", "cd"}},
  };
  for (const auto& c : cases) EXPECT_EQ(terms_of(c.text), c.terms) << c.text;
}

TEST(TermsTest, LongRunsAreCut) {
  for (const std::string& term : terms_of(std::string(100'000, 'a'))) EXPECT_LE(term.size(), 128U);
}

TEST(Bm25Test, RanksTheAnswerFirst) {
  const auto scores = scores_of("Who reached the South Pole first?",
                                {"Penguins live in the south and eat fish.", "The pole was reached by Amundsen first.",
                                 "Who was the king of Norway?"});
  EXPECT_GT(scores[1], scores[0]);
  EXPECT_GT(scores[0], 0);
  EXPECT_EQ(scores[2], 0);  // "who" and "the" alone say nothing
}

TEST(Bm25Test, IsTheFormula) {
  // Three passages of 2, 1 and 3 terms; "ice" is in two of them, twice in the last.
  const auto scores = scores_of("ice", {"ice melts", "fire", "ice ice water"});
  const double idf = std::log(1 + (3 - 2 + 0.5) / (2 + 0.5));
  EXPECT_NEAR(scores[0], idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 2)), 1e-12);
  EXPECT_EQ(scores[1], 0);
  EXPECT_NEAR(scores[2], idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2)), 1e-12);
}

TEST(Bm25Test, AQueryOfFunctionWordsIsTakenAtItsWord) {
  const auto scores = scores_of("To be or not to be", {"Whether to be or not.", "Sonnets"});
  EXPECT_GT(scores[0], 0);
  EXPECT_EQ(scores[1], 0);
}

TEST(Bm25Test, FindsChineseAndJapanese) {
  const auto scores = scores_of("谁到达了南极点", {"企鹅住在南方", "阿蒙森到达南极点", ""});
  EXPECT_EQ(scores[0], 0);
  EXPECT_GT(scores[1], 0);
}

TEST(Bm25Test, EmptyInputsScoreNothing) {
  EXPECT_TRUE(scores_of("a question", {}).empty());
  EXPECT_EQ(scores_of("", {"text"}), std::vector<double>{0});
  EXPECT_EQ(scores_of("word", {"", " "}), (std::vector<double>{0, 0}));
}

TEST(Bm25Test, ScoresAreFiniteNotNegativeAndFollowTheirPassages) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> passages;
    std::string query;
    for (int p = 0; p < 5; ++p) {
      std::string text;
      for (auto i = random() % 60; i > 0; --i) text += static_cast<char>(random());
      for (auto i = random() % 20; i > 0; --i) text += std::string(" w") + std::to_string(random() % 9);
      query += text.substr(0, 20) + " w" + std::to_string(random() % 9);
      passages.push_back(text);
    }
    const auto scores = scores_of(query, passages);
    for (const double score : scores) EXPECT_TRUE(std::isfinite(score) && score >= 0);
    std::vector<std::string> turned(passages.rbegin(), passages.rend());
    const auto turned_scores = scores_of(query, turned);
    for (std::size_t p = 0; p < 5; ++p) EXPECT_DOUBLE_EQ(scores[p], turned_scores[4 - p]);
  }
}

TEST(Bm25OkapiTest, GivesTheRecordedScoresBitForBit) {
  const std::string path = PITH_SOURCE_DIR "/tests/data/relevance/bm25_okapi.json";
  const auto document = parse_json(read_text(path), path).value();
  const auto& cases = document.at("cases").as_array();
  ASSERT_GE(cases.size(), 40U);
  for (const json::value& row : cases) {
    std::vector<std::string_view> passages;
    for (const json::value& passage : row.at("passages").as_array()) passages.emplace_back(passage.as_string());
    std::vector<double> expected;
    for (const json::value& hex : row.at("scores").as_array()) {
      expected.push_back(std::strtod(hex.as_string().c_str(), nullptr));
    }
    EXPECT_EQ(bm25_okapi_scores(std::string_view(row.at("query").as_string()), passages), expected) << row.at("query");
  }
}

TEST(Bm25OkapiTest, NoPassagesAreNoScores) { EXPECT_TRUE(bm25_okapi_scores("a", {}).empty()); }

}  // namespace
}  // namespace pith
