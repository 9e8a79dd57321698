#include <algorithm>

#include "line_format_cases.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::structure_of;

constexpr std::string_view kConfig = R"(# comment
title = "T"
[owner]
name = "x" # c
born = 1979-05-27T07:32:00-08:00
[database]
ports = [ 8000,
  8001, # c
]
limits = { cpu = 79.5, case = "a, b", n = { z = 1 } }
text = """
[not.a.table]
"quoted" """
[[fruits]]
name = "apple"
[fruits.physical]
color = "red"
[[fruits.varieties]]
name = "red delicious"
[[fruits]]
name = "banana"
[servers.alpha]
"quoted key".x = 0x1F
e = -1e10
)";

TEST(TomlTest, TellsTomlFromWhatIsNot) {
  struct Case {
    std::string_view text;
    bool is_toml;
  };
  for (const Case& c : {
           Case{kConfig, true}, Case{"a = 1\nb = [1, [2, 3,],]\n", true}, Case{"[t]\r\na = true\r\n", true},
           Case{"a = '''x\ny'''\nb = 'c'\n", true}, Case{"a = 1\n", false},  // too little to tell
           Case{"a = b\nc = d\n", false},                                    // bare words: INI
           Case{"a = 1 2\nb = 3\n", false}, Case{"a = [1, 2\nb = 3\n", false}, Case{"a = {b = 1\n}\nc = 2\n", false},
           Case{"a = \"never closed\nb = 3\n", false}, Case{"[t\na = 1\n", false},
           Case{"a = 1\nprose follows\n", false}, Case{"a = 1\na = 2\n", false},
           Case{"[[a]]\nb = 1\n[c]\nd = 1\n[a.e]\nf = 1\n", false},  // of an element that has ended
       }) {
    EXPECT_EQ(structure_of(add_toml, c.text).has_value(), c.is_toml) << c.text;
  }
}

TEST(TomlTest, RefusesProse) {
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_toml, text).has_value()) << text;
}

TEST(TomlTest, EntriesComeWithTheirTable) {
  prune_at_random(add_toml, kConfig, [](const std::string& kept) {
    const auto has = [&](std::string_view part) { return kept.find(part) != std::string::npos; };
    EXPECT_TRUE(!has("born = 1979-05-27T07:32:00-08:00") || has("[owner]")) << kept;
    EXPECT_TRUE(!has("ports") || (has("[database]\n") && has("ports = [ 8000,\n  8001, # c\n]"))) << kept;
    EXPECT_TRUE(!has("[fruits.physical]") || has("[[fruits]]")) << kept;
    EXPECT_TRUE(!has("[[fruits.varieties]]") || kept.find("[[fruits]]") < kept.find("[[fruits.varieties]]")) << kept;
    EXPECT_EQ(has("color"), has("[fruits.physical]")) << kept;
    if (!kept.empty()) {
      EXPECT_TRUE(structure_of(add_toml, kept + "\nmore = 1\nyet = 2").has_value()) << kept;
    }
  });
}

TEST(TomlTest, StandsBrokenBytes) { testing::mutate_at_random(add_toml, kConfig); }

TEST(TomlTest, StandsDeepArrays) {
  EXPECT_FALSE(structure_of(add_toml, "a = " + std::string(1U << 20U, '[')).has_value());
  const std::string deep = "a = " + std::string(100000, '[') + std::string(100000, ']') + "\nb = 1\n";
  EXPECT_TRUE(structure_of(add_toml, deep).has_value());
}

}  // namespace
}  // namespace pith
