// The trees of Markdown texts. What pruning may make of them is in markdown_prune_test.cc.
#include <gtest/gtest.h>

#include "support/structured.h"
#include "text/structure/recognize.h"

namespace pith {
namespace {

using testing::markdown;
using testing::tree_of;

struct Case {
  std::string_view name;
  std::string_view text;
  std::string_view tree;  ///< without the root's line
};

constexpr Case kCases[] = {
    {"prose is one paragraph", "Just some words.\nMore of them.",
     "  words paragraph |Just some words.\\nMore of them.|\n"},
    {"sections nest by level", "# A\nx y\n## B\nz\n# C\n",
     "  group section |# A\\nx y\\n## B\\nz|\n"
     "    whole heading required |# A|\n"
     "    words paragraph |x y|\n"
     "    group section |## B\\nz|\n"
     "      whole heading required |## B|\n"
     "      words paragraph |z|\n"
     "  group section |# C|\n"
     "    whole heading required |# C|\n"},
    {"an underlined heading keeps its line", "Two\nlines\n-----\nx\n",
     "  group section |Two\\nlines\\n-----\\nx|\n"
     "    whole heading required |Two\\nlines\\n-----|\n"
     "    words paragraph |x|\n"},
    {"marks stay whole while they are short", "a `b c` [d](e) **f** <http://g> ~~h~~",
     "  words paragraph |a `b c` [d](e) **f** <http://g> ~~h~~|\n"
     "    whole inline code |`b c`|\n"
     "    whole link |[d](e)|\n"
     "    whole emphasis |**f**|\n"
     "    whole link |<http://g>|\n"
     "    whole emphasis |~~h~~|\n"},
    {"long emphasis keeps the words that touch its marks", "**one two three four five six**",
     "  words paragraph |**one two three four five six**|\n"
     "    group emphasis |**one two three four five six**|\n"
     "      words text | two three four five |\n"},
    {"a long link's words may go", "[one two three four five six seven eight nine](u)",
     "  words paragraph |[one two three four five six seven eight...|\n"
     "    group link |[one two three four five six seven eight...|\n"
     "      words text |one two three four five six seven eight ...|\n"},
    {"what would open a block is tied to the word before", "was in\n1986. Then - well - so",
     "  words paragraph |was in\\n1986. Then - well - so|\n"
     "    whole text |in\\n1986.|\n"
     "    whole text |Then -|\n"
     "    whole text |well -|\n"},
    {"an item's first word comes with what is nested in it", "- [x] one two\n  - three\n- four",
     "  group list |- [x] one two\\n  - three\\n- four|\n"
     "    group list item |- [x] one two\\n  - three|\n"
     "      whole text required |one|\n"
     "      words paragraph |two|\n"
     "      group list |- three|\n"
     "        group list item |- three|\n"
     "          whole text required |three|\n"
     "    group list item |- four|\n"
     "      whole text |four|\n"},
    {"a list's marker behind a word that no space ends begins no line",
     "\xE6\xBC\xA2\xEF\xBC\x9A"
     "1) a (2) b",
     "  words paragraph |\xE6\xBC\xA2\xEF\xBC\x9A"
     "1) a (2) b|\n"
     "    whole text |\xEF\xBC\x9A"
     "1)|\n"
     "    whole text |(2)|\n"},
    {"an ordered list right behind a paragraph keeps its first number", "text\n1. a\n2. b",
     "  words paragraph |text|\n"
     "  group list |1. a\\n2. b|\n"
     "    group list item required |1. a|\n"
     "      whole text required |a|\n"
     "    group list item |2. b|\n"
     "      whole text required |b|\n"},
    {"a quote has a marker for each line", "> a b\n> c\n>\n> d",
     "  group quote |> a b\\n> c\\n>\\n> d|\n"
     "    group paragraph |> a b|\n"
     "      words text |a b|\n"
     "    group paragraph |> c|\n"
     "      words text |c|\n"
     "    separator markup |>|\n"
     "    group paragraph |> d|\n"
     "      words text |d|\n"},
    {"a table keeps its head and its pipes", "| a | b |\n|---|---|\n| c d | |\ne | f\n",
     "  group table || a | b |\\n|---|---|\\n| c d | |\\ne | f|\n"
     "    whole table row required || a | b |\\n|---|---||\n"
     "    group table row || c d | ||\n"
     "      words table cell |c d|\n"
     "    whole table row |e | f|\n"},
    {"tags on their own lines enclose Markdown", "<doc>\n<part id=\"1\">One\n- two</part>\n</doc>",
     "  group element |<doc>\\n<part id=\"1\">One\\n- two</part>\\n</do...|\n"
     "    group element |<part id=\"1\">One\\n- two</part>|\n"
     "      words paragraph |One|\n"
     "      group list |- two|\n"
     "        group list item |- two|\n"
     "          whole text required |two|\n"},
    {"a comment says little", "<!-- a\n\nb -->\nc",
     "  whole comment 0.05 |<!-- a\\n\\nb -->|\n"
     "  words paragraph |c|\n"},
    {"definitions are kept before most", "[a]: http://x\n\nsee [a]",
     "  whole link 0.95 |[a]: http://x|\n"
     "  words paragraph |see [a]|\n"
     "    whole link |[a]|\n"},
    {"code behind four spaces, where the text is Markdown", "# A\n\n    x = 1\n    y = 2\n",
     "  group section |# A\\n\\n    x = 1\\n    y = 2|\n"
     "    whole heading required |# A|\n"
     "    group code block |    x = 1\\n    y = 2|\n"
     "      whole code line |x = 1|\n"
     "      whole code line |y = 2|\n"},
    {"but plain text may be indented", "    Once upon\n    a time",
     "  words paragraph |Once upon\\n    a time|\n    whole text |upon\\n    a time|\n"},
    {"fences hold code", "```py\nx = 1\n```\nafter",
     "  group code block |```py\\nx = 1\\n```|\n"
     "    whole code line 0.65 |x = 1|\n"
     "  words paragraph |after|\n"},
    {"a rule stands between", "a\n\n***\n\nb",
     "  words paragraph |a|\n  separator markup |***|\n  words paragraph |b|\n"},
    {"a conversation in a section", "# T\n\n**A**: hi there\n**B**: ho\n**A**: bye\n",
     "  group section |# T\\n\\n**A**: hi there\\n**B**: ho\\n**A**: by...|\n"
     "    whole heading required |# T|\n"
     "    group chat turn |**A**: hi there|\n"
     "      whole role required |**A**:|\n"
     "      words paragraph |hi there|\n"
     "    group chat turn |**B**: ho|\n"
     "      whole role required |**B**:|\n"
     "      words paragraph |ho|\n"
     "    group chat turn |**A**: bye|\n"
     "      whole role required |**A**:|\n"
     "      words paragraph |bye|\n"},
    {"names and values are no conversation", "Name: Ann\nCity: Rome\nAge: 7",
     "  words paragraph |Name: Ann\\nCity: Rome\\nAge: 7|\n"},
};

TEST(MarkdownTest, TreesOfEachConstruct) {
  for (const Case& c : kCases) {
    const std::string tree = tree_of(c.text);
    EXPECT_EQ(tree.substr(tree.find('\n') + 1), c.tree) << c.name;
  }
}

TEST(MarkdownTest, AnUnmatchedTagIsNamedWithItsPlace) {
  const Structure structure = markdown("a\n\n<doc>\nb\n</other>\n");
  ASSERT_EQ(structure.warnings.size(), 2U);
  EXPECT_EQ(structure.warnings[0], "line 3, column 1: tag <doc> has no partner");
  EXPECT_EQ(structure.warnings[1], "line 5, column 1: tag </other> has no partner");
}

TEST(MarkdownTest, LineBreaksOfWindowsMakeTheSameNodes) {
  const std::string unix_text = "# A\n\n- b c\n- d\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n> q\n";
  std::string windows_text;
  for (const char c : unix_text) windows_text += c == '\n' ? "\r\n" : std::string(1, c);
  const Structure a = markdown(unix_text);
  const Structure b = markdown(windows_text);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t n = 0; n < a.nodes.size(); ++n) EXPECT_EQ(a.nodes[n].kind, b.nodes[n].kind) << n;
}

TEST(MarkdownTest, FrontMatterStandsAtTheTopOnly) {
  EXPECT_NE(tree_of("---\ntitle: x\n---\n# A\n").find("front matter |---\\ntitle: x\\n---|"), std::string::npos);
  EXPECT_NE(tree_of("+++\nt = 1\n+++\nb").find("front matter |+++\\nt = 1\\n+++|"), std::string::npos);
  EXPECT_EQ(tree_of("a\n\n---\ntitle: x\n---\n").find("front matter"), std::string::npos);
  EXPECT_EQ(tree_of("---\nThis is a sentence\n---\n").find("front matter"), std::string::npos);
}

TEST(MarkdownTest, EmptyAndBlankTextsHaveNoNodes) {
  for (const std::string_view text : {"", "\n", " \t\r\n\n "}) EXPECT_EQ(markdown(text).nodes.size(), 1U);
}

TEST(MarkdownTest, AQuoteMayEndWithABlankLineOfItsOwn) {
  for (const std::string_view text :
       {"a\n>\n>\n", "- a\n>\n>\n", "- a\n> b\n>\n", "> - a\n>\n>\n\nb", "> a\n>\n> >\n> >\nb\n", "- a\n  b\n>\n>\n"}) {
    const Structure structure = recognize(text, {Format::kMarkdown, {}});
    EXPECT_EQ(broken_structure_law(structure, text), "") << text;
  }
}

TEST(MarkdownTest, AQuoteOfNothingHasItsMarker) {
  EXPECT_NE(tree_of(">").find("  group quote |>|\n"), std::string::npos);
  for (const std::string_view text : {"> ", ">\n\na", "a\n> >\n", "- a\n> >\n\n>\n\nb\n"}) {
    EXPECT_EQ(broken_structure_law(markdown(text), text), "") << text;
  }
}

TEST(MarkdownTest, NestingHasALimit) {
  std::string items, quotes, tags;
  for (int i = 0; i < 300; ++i) {
    items += std::string(static_cast<std::size_t>(2 * i), ' ') + "- a\n";
    quotes += "> ";
    tags += "<t" + std::to_string(i) + ">\n";
  }
  for (int i = 300; i-- > 0;) tags += "</t" + std::to_string(i) + ">\n";
  for (const std::string& text : {items, quotes + "a", tags}) {
    const Structure structure = markdown(text);
    for (std::uint32_t n = 1; n < structure.nodes.size(); ++n) {
      std::size_t depth = 0;
      for (std::uint32_t up = n; up != 0; up = structure.nodes[up].parent) ++depth;
      EXPECT_LE(depth, kMaxDepth);
    }
  }
}

TEST(MarkdownTest, AMegabyteOfAnythingIsATree) {
  const auto repeated = [](std::string_view part) {
    std::string text;
    while (text.size() < (std::size_t{1} << 18)) text += part;
    return text;
  };
  for (const std::string_view part : {"[", "*", "`", ">", "- ", "```\n\n~~~\n", "<a ", "[a](", "a ` b `` ", "*a_ ",
                                      "|a|\n", "\\*", "\xFF", "\xE2\x82", "[a]: b\n", "<b>", "http://a", "&amp;"}) {
    const std::string text = repeated(part);
    EXPECT_FALSE(markdown(text).nodes.empty()) << part;
  }
}

}  // namespace
}  // namespace pith
