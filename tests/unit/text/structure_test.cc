#include "text/structure/structure.h"

#include <gtest/gtest.h>

#include <random>

#include "support/random_prune.h"
#include "text/structure/recognize.h"
#include "text/structure/tree_builder.h"

namespace pith {
namespace {

constexpr std::string_view kObject = R"({"id": 7, "note": "call me back"})";

Structure object_structure() {
  TreeBuilder tree(static_cast<std::uint32_t>(kObject.size()));
  tree.open(Kind::kJsonObject, Policy::kGroup, 0);
  tree.leaf(Kind::kJsonMember, Policy::kWhole, {1, 8});
  tree.leaf(Kind::kPunctuation, Policy::kSeparator, {8, 9});
  tree.open(Kind::kJsonMember, Policy::kGroup, 10);
  tree.leaf(Kind::kJsonString, Policy::kWords, {19, 31});
  tree.close(32);
  tree.close(33);
  return tree.finish("json");
}

TEST(StructureTest, ShowsItselfAsText) {
  EXPECT_EQ(structure_text(object_structure(), kObject),
            "words text |{\"id\": 7, \"note\": \"call me back\"}|\n"
            "  group json object |{\"id\": 7, \"note\": \"call me back\"}|\n"
            "    whole json member |\"id\": 7|\n"
            "    separator punctuation |,|\n"
            "    group json member |\"note\": \"call me back\"|\n"
            "      words json string |call me back|\n");
  EXPECT_EQ(broken_structure_law(object_structure(), kObject), "");
}

TEST(StructureTest, NamesTheBrokenLaw) {
  Structure structure = object_structure();
  structure.nodes[3].span.begin = 0;
  EXPECT_EQ(broken_structure_law(structure, kObject), "node 3: begins behind its elder sibling");
}

TEST(StructureTest, PruningFollowsThePolicies) {
  const Structure structure = object_structure();
  testing::RandomPruner pruner(structure, kObject);
  std::mt19937 random(1);
  EXPECT_EQ(pruner.prune(0, random), "");
  EXPECT_EQ(pruner.prune(1, random), kObject);
  for (int i = 0; i < 100; ++i) {
    const std::string kept = pruner.prune(0.3, random);
    if (!kept.empty()) {
      EXPECT_TRUE(kept.starts_with('{') && kept.ends_with('}')) << kept;
    }
    EXPECT_EQ(kept.find("note") != std::string::npos && kept.find("id") != std::string::npos,
              kept.find(',') != std::string::npos)
        << kept;
  }
}

TEST(TreeBuilderTest, RollsBackToAMark) {
  TreeBuilder tree(10);
  tree.open(Kind::kList, Policy::kGroup, 1);
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kListItem, Policy::kGroup, 2);
  tree.leaf(Kind::kText, Policy::kWords, {3, 4});
  tree.rollback(mark);
  tree.leaf(Kind::kListItem, Policy::kWhole, {5, 6});
  tree.close(9);
  const Structure structure = tree.finish("test");
  EXPECT_EQ(structure.nodes.size(), 3U);
  EXPECT_EQ(broken_structure_law(structure, "0123456789"), "");
}

TEST(FormatTest, NamesGoBothWaysAndTyposGetAHint) {
  for (const Format format : {Format::kAuto, Format::kJsonLines, Format::kChat}) {
    EXPECT_EQ(parse_format(format_name(format)).value(), format);
  }
  EXPECT_NE(parse_format("jsno").error().message.find("did you mean \"json\""), std::string::npos);
}

}  // namespace
}  // namespace pith
