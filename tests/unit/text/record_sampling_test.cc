#include "text/structure/record_sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace pith {
namespace {

using Table = std::vector<std::vector<std::string>>;

std::vector<float> rank(const Table& table, std::string_view question = {}) {
  const QuestionWords words(question);
  RecordSampler sampler(words);
  for (const auto& row : table) {
    sampler.begin_record();
    for (std::size_t column = 0; column < row.size(); ++column) sampler.add_field(column, row[column]);
  }
  return sampler.importances();
}

Table numbered(int n) {
  Table table;
  for (int i = 0; i < n; ++i) table.push_back({"row" + std::to_string(i), i % 2 == 0 ? "left" : "right"});
  return table;
}

std::size_t place(const std::vector<float>& importances, std::size_t record) {
  return static_cast<std::size_t>(
      std::ranges::count_if(importances, [&](float other) { return other > importances[record]; }));
}

TEST(RecordSamplingTest, ImportancesAreSpreadEvenly) {
  for (const int n : {1, 2, 3, 7, 100, 1000}) {
    std::vector<float> importances = rank(numbered(n));
    std::ranges::sort(importances);
    for (std::size_t i = 0; i < importances.size(); ++i) {
      EXPECT_NEAR(importances[i], (static_cast<float>(i) + 0.5F) / static_cast<float>(n), 1e-4F);
    }
  }
  EXPECT_TRUE(rank({}).empty());
}

TEST(RecordSamplingTest, AnyCutKeepsAnEvenSample) {
  const std::size_t n = 1000;
  const std::vector<float> importances = rank(numbered(n));
  for (const std::size_t n_kept : {10U, 50U, 130U, 400U, 800U}) {
    std::size_t last = 0, widest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (place(importances, i) >= n_kept) continue;
      widest = std::max(widest, i - last);
      last = i;
    }
    EXPECT_LE(widest, 3 * n / n_kept) << n_kept;
  }
}

TEST(RecordSamplingTest, FirstAndLastComeBeforeTheRest) {
  const std::vector<float> importances = rank(numbered(50));
  EXPECT_EQ(place(importances, 0), 0U);
  EXPECT_EQ(place(importances, 49), 1U);
}

TEST(RecordSamplingTest, OutliersComeNext) {
  Table table = numbered(100);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i].push_back(i == 37 ? "ERROR" : "INFO");
    table[i].push_back(std::to_string(i == 61 ? 90000 : 10 + i % 7));
  }
  const std::vector<float> importances = rank(table);
  EXPECT_LE(place(importances, 37), 3U);
  EXPECT_LE(place(importances, 61), 3U);
}

TEST(RecordSamplingTest, AFieldWhereEveryValueIsRareMakesNoOutliers) {
  const Table table = numbered(40);  // column 0 is different everywhere
  const std::vector<float> importances = rank(table);
  EXPECT_EQ(place(importances, 20), 8U);  // the even sample: 0, 39, 32, 16, 8, 24, 4, 36, 20
}

TEST(RecordSamplingTest, RecordsThatShareWordsWithTheQuestionComeFirst) {
  Table table = numbered(60);
  table[41].emplace_back("Payment failed after 3 retries");
  table[13].emplace_back("payment received");
  table[14].emplace_back("payment received later");
  const std::vector<float> importances = rank(table, "Why did the payments fail?");
  EXPECT_EQ(place(importances, 41), 0U);
  EXPECT_LE(place(importances, 13), 2U);
  EXPECT_LE(place(importances, 14), 2U);
}

TEST(RecordSamplingTest, WordsMostRecordsHaveSayNothing) {
  const std::vector<float> importances = rank(numbered(60), "Which are left or right?");
  EXPECT_EQ(place(importances, 0), 0U);
}

TEST(RecordSamplingTest, CopiesOfEarlierRecordsComeLast) {
  Table table = numbered(20);
  table[19] = table[3];
  table[11] = table[3];
  const std::vector<float> importances = rank(table);
  EXPECT_GE(place(importances, 19), 18U);
  EXPECT_GE(place(importances, 11), 18U);
  EXPECT_LT(place(importances, 3), 18U);
}

TEST(RecordSamplingTest, QuestionWordsAreFoundInTheirForms) {
  const QuestionWords words("Which orders FAILED with errorCode 404?");
  EXPECT_EQ(words.size(), 5U);
  for (const std::string_view text : {"order", "failing", "fails", "order_failed", "an error", "code", "status=404"}) {
    EXPECT_NE(words.found_in(text), 0U) << text;
  }
  for (const std::string_view text : {"border", "with", "which", "4040", ""})
    EXPECT_EQ(words.found_in(text), 0U) << text;
  EXPECT_TRUE(QuestionWords("What is the?").empty());
}

}  // namespace
}  // namespace pith
