#include <algorithm>
#include <set>

#include "line_format_cases.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::split_lines;
using testing::structure_of;

constexpr std::string_view kService = R"(# what runs where
version: "3.9"   # trailing
common: &common
  restart: always
services:
  web:
    settings: *common
    image: nginx:1.25
    # both of them
    ports:
      - "80:80"
      - 443
    command: ["a",
      "b"]
    script: |
      first
        deeper

      last
    nothing:
  db:
    image: post
    note: this goes on
      over two lines
list:
- name: one
  port: 1
  deep:
    k: v
- name: two
  port: 2
)";

/// Where a line stands: the keys above it, by indentation alone. A dash counts as two blanks and a name.
std::vector<std::string> paths(std::string_view text) {
  std::vector<std::string> out;
  std::vector<std::pair<std::size_t, std::string>> above;
  for (const std::string_view line : split_lines(text)) {
    std::size_t indent = line.find_first_not_of(' ');
    std::string_view content = line.substr(indent);
    while (content.starts_with("- ")) {
      while (!above.empty() && above.back().first > indent) above.pop_back();
      above.emplace_back(indent + 1, "-");
      content.remove_prefix(2);
      indent += 2;
    }
    while (!above.empty() && above.back().first >= indent) above.pop_back();
    above.emplace_back(indent, std::string(content));
    std::string path;
    for (const auto& [column, name] : above) path += name + '/';
    out.push_back(path);
  }
  return out;
}

TEST(YamlTest, ReadsMappingsAndSequences) {
  constexpr std::string_view kText = "a: 1\nb:\n- x: 1\n  y: 2\n- x: 3\n";
  const auto structure = structure_of(add_yaml, kText);
  ASSERT_TRUE(structure.has_value());
  EXPECT_EQ(structure_text(*structure, kText),
            "words text |a: 1\\nb:\\n- x: 1\\n  y: 2\\n- x: 3\\n|\n"
            "  group yaml entry |a: 1\\nb:\\n- x: 1\\n  y: 2\\n- x: 3|\n"
            "    group yaml entry |a: 1\\nb:\\n- x: 1\\n  y: 2\\n- x: 3|\n"
            "      whole yaml entry |a: 1|\n"
            "      group yaml entry |b:\\n- x: 1\\n  y: 2\\n- x: 3|\n"
            "        group yaml entry |- x: 1\\n  y: 2|\n"
            "          whole yaml entry required |x: 1|\n"
            "          whole yaml entry |y: 2|\n"
            "        group yaml entry |- x: 3|\n"
            "          whole yaml entry required |x: 3|\n");
}

TEST(YamlTest, TellsYamlFromWhatIsNot) {
  struct Case {
    std::string_view text;
    bool is_yaml;
  };
  for (const Case& c : {
           Case{"a: 1\nb: 2\n", true},
           Case{"---\na: 1\nb: 2\n---\nc: 3\n...\n", true},
           Case{"a: 1\r\nb:\r\n  c: 2\r\n", true},
           Case{"a: {x: [1, 2]}\nb: 'it''s'\n", true},
           Case{"a:\n    - b\nc: |\n  text: with: colons\n", true},
           Case{"? a\n: b\nc: d\ne: f\n", false},
           Case{"a: 1\n b: 2\n", false},           // deeper below a scalar
           Case{"a:\n    b: 1\n  c: 2\n", false},  // between two columns
           Case{"a: 1\na: 2\n", false},            // twice
           Case{"a: b: c\nd: e\n", false},
           Case{"a: [1, 2\nb: 3\n", false},
           Case{"a: \"never closed\nb: 3\n", false},
           Case{"a: 1\n\tb: 2\nc: 3\n", false},
           Case{"a: 1\n- b\nc: 2\n", false},
           Case{"a: 1\nand then prose\n", false},
           Case{"a: @x\nb: 2\n", false},
           Case{"{\"a\": 1, \"b\": 2}", false},
           Case{"one: line", false},
           Case{"a: *unknown\nb: 1\n", false},
           Case{"  a: 1\n  b: 2\n", false},  // the first line's indentation is not kept
       }) {
    EXPECT_EQ(structure_of(add_yaml, c.text).has_value(), c.is_yaml) << c.text;
  }
}

TEST(YamlTest, RefusesProse) {
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_yaml, text).has_value()) << text;
}

TEST(YamlTest, WhatIsKeptStandsWhereItStood) {
  const std::vector<std::string> all = paths(kService);
  prune_at_random(add_yaml, kService, [&](const std::string& kept) {
    for (const std::string& path : paths(kept)) {
      if (path.find("#") != std::string::npos || path.find("over two") != std::string::npos) continue;
      EXPECT_TRUE(std::ranges::find(all, path) != all.end()) << path << "\n" << kept;
    }
    // No key without its value, but for the one that never had any.
    const std::vector<std::string_view> lines = split_lines(kept);
    for (std::size_t n = 0; n < lines.size(); ++n) {
      const bool is_key = lines[n].ends_with(':') && lines[n].find("nothing") == std::string_view::npos;
      if (!is_key) continue;
      ASSERT_LT(n + 1, lines.size()) << kept;
      EXPECT_TRUE(lines[n + 1].find_first_not_of(' ') > lines[n].find_first_not_of(' ') ||
                  lines[n + 1].find("- ") == lines[n].find_first_not_of(' '))
          << kept;
    }
    // The alias has its anchor, and a block's first line sets its indentation.
    EXPECT_NE(kept.find("&common\n  restart: always"), std::string::npos) << kept;
    EXPECT_EQ(kept.find("script: |") != std::string::npos, kept.find("      first") != std::string::npos) << kept;
  });
}

TEST(YamlTest, LongSequencesAreSampled) {
  std::string text = "items:\n";
  for (int i = 0; i < 40; ++i)
    text += "  - id: " + std::to_string(i) + "\n    tag: t\n" + (i == 9 ? "    odd: yes\n" : "");
  const auto structure = structure_of(add_yaml, text);
  ASSERT_TRUE(structure.has_value());
  std::set<float> importances;
  std::size_t n_required = 0;
  for (const Node& node : structure->nodes) {
    if (node.policy == Policy::kGroup && !std::isnan(node.importance)) importances.insert(node.importance);
    n_required += node.is_required ? 1U : 0U;
  }
  EXPECT_EQ(importances.size(), 40U);
  EXPECT_EQ(n_required, 80U);
}

TEST(YamlTest, FourItemsAreRecordsThatKeepWhatAllHave) {
  for (const int n_items : {3, 4}) {
    std::string text = "items:\n";
    for (int i = 0; i < n_items; ++i) text += "  - id: " + std::to_string(i) + "\n    tag: t\n";
    const auto structure = structure_of(add_yaml, text);
    ASSERT_TRUE(structure.has_value());
    const auto n_required = std::ranges::count_if(structure->nodes, [](const Node& node) { return node.is_required; });
    EXPECT_EQ(n_required, n_items == 3 ? 3 : 8);
  }
}

TEST(YamlTest, StandsBrokenBytes) { testing::mutate_at_random(add_yaml, kService); }

TEST(YamlTest, StandsDeepAndLongTexts) {
  std::string deep;
  for (std::size_t i = 0; i < 600; ++i) deep += std::string(i, ' ') + "a" + std::to_string(i) + ":\n";
  deep += "b: 1\nc:\n  d: 2\n  e: 3\n";
  ASSERT_TRUE(structure_of(add_yaml, deep).has_value());
  prune_at_random(add_yaml, deep, [](const std::string& kept) {
    if (!kept.empty()) {
      EXPECT_TRUE(kept.starts_with("a0:") || kept.starts_with("b: 1") || kept.starts_with("c:")) << kept;
    }
  });
  EXPECT_FALSE(structure_of(add_yaml, "a: " + std::string(1U << 20U, '[')).has_value());
  std::string dashes;
  while (dashes.size() < (1U << 20U)) dashes += "- ";
  EXPECT_FALSE(structure_of(add_yaml, dashes).has_value());
}

}  // namespace
}  // namespace pith
