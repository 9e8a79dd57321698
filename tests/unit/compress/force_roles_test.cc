#include "compress/force_roles.h"

#include <gtest/gtest.h>

#include <string>

#include "text/structure/tree_builder.h"

namespace pith {
namespace {

TEST(ForceRolesTest, NamesAreComparedWithoutDress) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"User:", "user"},
      {"**SYSTEM**:", "system"},
      {"<|im_start|>user\n", "user"},
      {"<|user|>", "user"},
      {"[doctor]", "doctor"},
      {"<|start_header_id|>system<|end_header_id|>", "system"},
      {"Customer Service -", "customer service"},
      {"User 2:", "user 2"},
      {"\u041F\u043E\u043B\u044C\u0437\u043E\u0432\u0430\u0442\u0435\u043B\u044C:",
       "\u043F\u043E\u043B\u044C\u0437\u043E\u0432\u0430\u0442\u0435\u043B\u044C"},
      {"***", ""},
      {"\xFFuser", "user"},
  };
  for (const auto& [role, words] : cases) EXPECT_EQ(role_words(role), words) << role;
}

/// Two turns, the second one's role wrapped in a group, then a paragraph with a role outside any turn.
TEST(ForceRolesTest, MarksTheTurnsOfTheRole) {
  const std::string_view text = "System: be brief\nUser: hi\nUser: stray";
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  const auto system = tree.open(Kind::kChatTurn, Policy::kGroup, 0);
  tree.leaf(Kind::kRole, Policy::kWhole, {0, 7}, {.is_required = true});
  tree.leaf(Kind::kParagraph, Policy::kWords, {8, 16});
  tree.close(16);
  const auto user = tree.open(Kind::kChatTurn, Policy::kGroup, 17);
  tree.open(Kind::kMarkup, Policy::kGroup, 17, {.is_required = true});
  tree.leaf(Kind::kRole, Policy::kWhole, {17, 22});
  tree.close(22);
  tree.leaf(Kind::kParagraph, Policy::kWords, {23, 25});
  tree.close(25);
  const auto stray = tree.open(Kind::kParagraph, Policy::kWords, 26);
  tree.leaf(Kind::kRole, Policy::kWhole, {26, 31});
  tree.close(37);
  const Structure original = tree.finish("chat");

  const auto forced = [&](const std::vector<std::string>& roles) {
    Structure structure = original;
    force_roles(roles, text, &structure);
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t n = 0; n < structure.nodes.size(); ++n) {
      if (structure.nodes[n].is_forced) nodes.push_back(n);
    }
    return nodes;
  };
  EXPECT_EQ(forced({"system"}), std::vector<std::uint32_t>{system});
  EXPECT_EQ(forced({"assistant", "USER:"}), std::vector<std::uint32_t>{user});
  EXPECT_EQ(forced({"user", "System"}), (std::vector<std::uint32_t>{system, user}));
  EXPECT_EQ(forced({"sys", "--"}), std::vector<std::uint32_t>{});
  EXPECT_EQ(forced({}), std::vector<std::uint32_t>{});
  EXPECT_FALSE(original.nodes[stray].is_forced);
}

}  // namespace
}  // namespace pith
