#include <algorithm>

#include "line_format_cases.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::structure_of;

constexpr std::string_view kDiff =
    "diff --git a/x.c b/x.c\nindex 123..456 100644\n--- a/x.c\n+++ b/x.c\n"
    "@@ -1,4 +1,5 @@ int main\n a\n--- b\n+c\n+d\n e\n f\n"
    "@@ -20,2 +21,1 @@\n g\n-h\n"
    "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n"
    "diff --git a/bin b/bin\nBinary files a/bin and b/bin differ\n";

TEST(DiffTest, ReadsFilesHunksAndLines) {
  const auto structure = structure_of(add_diff, kDiff);
  ASSERT_TRUE(structure.has_value());
  const auto n_of = [&](Kind kind) { return std::ranges::count(structure->nodes, kind, &Node::kind); };
  EXPECT_EQ(n_of(Kind::kDiffFile), 3);
  EXPECT_EQ(n_of(Kind::kDiffHunk), 2);
  EXPECT_EQ(n_of(Kind::kDiffLine), 8);
  for (const Node& node : structure->nodes) {
    if (node.kind != Kind::kDiffLine) continue;
    const char mark = kDiff[node.span.begin];
    EXPECT_EQ(mark == '+' || mark == '-', node.importance > 0.5F) << node.span.of(kDiff);
  }
}

TEST(DiffTest, LinesKeepTheirHunkAndFile) {
  prune_at_random(add_diff, kDiff, [](const std::string& kept) {
    const auto has = [&](std::string_view part) { return kept.find(part) != std::string::npos; };
    EXPECT_TRUE(!has("\n+c") || has("+++ b/x.c\n@@ -1,4 +1,5 @@ int main\n")) << kept;
    EXPECT_TRUE(!has("\n-h") || (has("@@ -20,2 +21,1 @@\n") && has("--- a/x.c"))) << kept;
    EXPECT_EQ(has("rename from"), has("similarity index 100%\nrename from old\nrename to new")) << kept;
    EXPECT_TRUE(!has("e\n f") || has("\n e\n f")) << kept;
  });
}

TEST(DiffTest, TellsDiffsFromWhatIsNot) {
  struct Case {
    std::string_view text;
    bool is_diff;
  };
  for (const Case& c : {
           Case{"--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n", true},
           Case{"--- a\r\n+++ b\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n\\ No newline at end of file\r\n", true},
           Case{"commit 12\nAuthor: a\n\n    Why\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n", true},
           Case{"--- a\n+++ b\n@@ -1 +1 @@\nx\n", false},
           Case{"--- a\n+++ b\nno hunk\n", false},
           Case{"@@ -1 +1 @@\n-x\n+y\n", false},
           Case{"text first\n--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n", false},
           Case{"--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\nprose\n", false},
       }) {
    EXPECT_EQ(structure_of(add_diff, c.text).has_value(), c.is_diff) << c.text;
  }
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_diff, text).has_value()) << text;
}

TEST(DiffTest, StandsBrokenBytes) { testing::mutate_at_random(add_diff, kDiff); }

}  // namespace
}  // namespace pith
