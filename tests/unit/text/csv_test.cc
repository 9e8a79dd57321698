#include <algorithm>
#include <set>

#include "line_format_cases.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::structure_of;

constexpr std::string_view kPeople =
    "id,name,note\n1,\"Smith, J\",\"says \"\"hi\"\"\nand more\"\n2,Bob,plain\n3,Ann,\"\"\n4,Zed,last\n";

std::size_t count_kind(const Structure& structure, Kind kind) {
  return static_cast<std::size_t>(std::ranges::count(structure.nodes, kind, &Node::kind));
}

TEST(CsvTest, ReadsRowsAndTheirHeader) {
  const auto structure = structure_of(add_csv, "city,visitors\nRome,31\nOslo,7\nLima,12\n");
  ASSERT_TRUE(structure.has_value());
  ASSERT_EQ(structure->nodes.size(), 6U);
  EXPECT_EQ(structure->nodes[2].kind, Kind::kCsvHeader);
  EXPECT_TRUE(structure->nodes[2].is_required);
  EXPECT_EQ(count_kind(*structure, Kind::kCsvRow), 3U);
}

TEST(CsvTest, KnowsItsDelimitersAndQuotes) {
  struct Case {
    std::string_view text;
    bool is_csv;
    std::size_t n_rows;  ///< without the header
  };
  for (const Case& c : {
           Case{kPeople, true, 4}, Case{"a\tb\n1\t2\n3\t4\n", true, 2}, Case{"a|b|c\nx|1|2\ny|3|4\n", true, 2},
           Case{"price;name\n1,5;tea\n2,5;milk\n", true, 2}, Case{"1,2,3\n4,5,6\n7,8,9", true, 3},
           Case{"a,b\r\n1,2\r\n3,4\r\n\r\n", true, 2}, Case{"a,b\n1,2\n", false, 0},  // too few
           Case{"a,b\n1,2,3\n4,5\n", false, 0},                                       // ragged
           Case{"a,b\n\n1,2\n3,4\n", false, 0},                                       // a hole
           Case{"a,b\n1,\"2\n3,4\n", false, 0},                                       // a quote that never closes
           Case{"a,b\n1,\"2\"x\n3,4\n", false, 0},                                    // bytes behind a quote
           Case{"a\tb\n1\t\n3\t4\n", false, 0},         // an empty last cell that white space could swallow
           Case{"a|b\n---|---\n1|2\n3|4\n", false, 0},  // Markdown
       }) {
    const auto structure = structure_of(add_csv, c.text);
    ASSERT_EQ(structure.has_value(), c.is_csv) << c.text;
    if (c.is_csv) {
      EXPECT_EQ(count_kind(*structure, Kind::kCsvRow), c.n_rows) << c.text;
    }
  }
}

TEST(CsvTest, RefusesProse) {
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_csv, text).has_value()) << text;
}

TEST(CsvTest, WhatIsKeptAreTheHeaderAndWholeRows) {
  const std::vector<std::string> rows{"1,\"Smith, J\",\"says \"\"hi\"\"\nand more\"", "2,Bob,plain", "3,Ann,\"\"",
                                      "4,Zed,last"};
  prune_at_random(add_csv, kPeople, [&](const std::string& kept) {
    if (kept.empty()) return;
    std::string_view rest = kept;
    ASSERT_TRUE(rest.starts_with("id,name,note")) << kept;
    rest.remove_prefix(12);
    for (const std::string& row : rows) {
      if (rest.starts_with('\n') && rest.substr(1).starts_with(row)) rest.remove_prefix(1 + row.size());
    }
    EXPECT_EQ(rest, "") << kept;
  });
}

TEST(CsvTest, ImportancesAreSpreadAndTheQuestionsRowIsFirst) {
  std::string text = "id,fruit\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(1000 + i) + (i == 63 ? ",quince\n" : ",apple\n");
  const auto structure = structure_of(add_csv, text, "Where is the quince?");
  ASSERT_TRUE(structure.has_value());
  std::set<float> importances;
  for (const Node& node : structure->nodes) {
    if (node.kind == Kind::kCsvRow) importances.insert(node.importance);
    if (node.kind == Kind::kCsvRow && node.span.of(text).find("quince") != std::string_view::npos) {
      EXPECT_GT(node.importance, 0.99F);
    }
  }
  EXPECT_EQ(importances.size(), 100U);
}

TEST(CsvTest, StandsBrokenBytes) { testing::mutate_at_random(add_csv, kPeople); }

TEST(CsvTest, QuotesThatNeverCloseAreRefusedInLinearTime) {
  std::string text = "a,b\n";
  while (text.size() < (1U << 20U)) text += "\"x,y\n";
  EXPECT_FALSE(structure_of(add_csv, text).has_value());
}

}  // namespace
}  // namespace pith
