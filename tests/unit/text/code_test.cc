// Source text: what is kept stays balanced, and Python keeps a body under every header.
#include <gtest/gtest.h>

#include "support/structured.h"

namespace pith {
namespace {

using testing::code;
using testing::prunings;

std::string tree_of(std::string_view text, std::string_view language) {
  const std::string tree = structure_text(code(text, language), text);
  return tree.substr(tree.find('\n') + 1);
}

constexpr std::string_view kPython =
    "import os\n"
    "from sys import (argv,\n"
    "                 path)\n"
    "\n"
    "@decorated\n"
    "def f(a, b=\"x:\"):\n"
    "    \"\"\"Says\n"
    "  nothing: really.\"\"\"\n"
    "    # a comment\n"
    "    if a:\n"
    "        return {\n"
    "            1: 2,\n"
    "        }\n"
    "    elif b: pass\n"
    "    else:\n"
    "        # only this\n"
    "        try:\n"
    "            g()\n"
    "        except ValueError:\n"
    "            raise\n"
    "        finally:\n"
    "            h()\n"
    "    for i in a: print(i)\n"
    "    else: print()\n"
    "class C:\n"
    "    '''Only a docstring.'''\n"
    "\n"
    "async def main():\n"
    "    async with x as y:\n"
    "        await y\n"
    "    match a:\n"
    "        case 1:\n"
    "            pass\n"
    "        case _:\n"
    "            return\n";

/// Every line that ends with a colon is followed by a deeper one, and a try by its clause.
void expect_bodies(std::string_view text) {
  std::vector<std::pair<std::size_t, std::string>> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line(text.substr(at, end - at));
    at = end + 1;
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || line[indent] == '#') continue;
    lines.emplace_back(indent, line.substr(indent));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].second.back() == ':' && lines[i].second != "nothing:") {
      ASSERT_LT(i + 1, lines.size()) << text;
      EXPECT_GT(lines[i + 1].first, lines[i].first) << text;
    }
    const std::string word = lines[i].second.substr(0, lines[i].second.find_first_of(" :"));
    if (word != "else" && word != "elif" && word != "except" && word != "finally") continue;
    bool has_owner = false;
    for (std::size_t before = i; before-- > 0 && !has_owner;) {
      if (lines[before].first < lines[i].first) break;
      has_owner = lines[before].first == lines[i].first &&
                  (lines[before].second.starts_with("if") || lines[before].second.starts_with("try") ||
                   lines[before].second.starts_with("for"));
    }
    EXPECT_TRUE(has_owner) << text;
  }
}

TEST(CodeTest, PythonKeepsABodyUnderEveryHeader) {
  for (const std::string& pruned : prunings(code(kPython, "python"), kPython, 500)) expect_bodies(pruned);
}

TEST(CodeTest, PythonStatementsOverSeveralLinesStayWhole) {
  const std::string tree = tree_of(kPython, "python");
  EXPECT_NE(tree.find("whole code line 0.35 |from sys import (argv,\\n"), std::string::npos) << tree;
  EXPECT_NE(tree.find("group code block |@decorated\\ndef f("), std::string::npos) << tree;
  EXPECT_NE(tree.find("whole comment 0.25 |\"\"\"Says\\n  nothing: really.\"\"\"|"), std::string::npos) << tree;
  EXPECT_NE(tree.find("whole comment required 0.25 |'''Only a docstring.'''|"), std::string::npos) << tree;
  EXPECT_NE(tree.find("whole code block |for i in a: print(i)\\n    else: print()|"), std::string::npos) << tree;
}

struct Case {
  std::string_view name;
  std::string_view language;
  std::string_view text;
  std::string_view tree;
};

constexpr Case kCases[] = {
    {"a block's braces are its frame", "c", "int f() {\n  a(1,\n    2);\n  b();\n}\nint x;",
     "  group code block |int f() {\\n  a(1,\\n    2);\\n  b();\\n}|\n"
     "    whole code line 0.62 |a(1,\\n    2);|\n"
     "    whole code line 0.61 |b();|\n"
     "  whole code line 0.64 |int x;|\n"},
    {"an else belongs to its if", "c", "if (x) {\n  a();\n}\nelse {\n  b();\n}\n",
     "  group code block |if (x) {\\n  a();\\n}\\nelse {\\n  b();\\n}|\n"
     "    whole code line 0.62 |a();|\n"
     "    whole code line 0.61 |b();|\n"},
    {"a brace on its own line belongs to its header", "cpp", "void f()\n{\n  a();\n}\n",
     "  group code block |void f()\\n{\\n  a();\\n}|\n"
     "    whole code line 0.62 |a();|\n"},
    {"a header without braces takes its statement along", "c", "if (x)\n  a();\nelse\n  b();\nc();\n",
     "  whole code line 0.65 |if (x)\\n  a();\\nelse\\n  b();|\n"
     "  whole code line 0.64 |c();|\n"},
    {"a line that closes two blocks keeps both", "js", "f(function() {\n  a(); if (b) {\n    c(); }});\n",
     "  group code block |f(function() {\\n  a(); if (b) {\\n    c(); ...|\n"
     "    group code block required |a(); if (b) {|\n"},
    {"brackets in strings and comments count for nothing", "js", "a = \"{\"; // {\n/* { */\nb = `\n{`;\n",
     "  whole code line 0.65 |a = \"{\"; // {|\n"
     "  whole comment 0.10 |/* { */|\n"
     "  whole code line 0.64 |b = `\\n{`;|\n"},
    {"lifetimes are no characters", "rust", "fn f<'a>(x: &'a str) {\n  g('(');\n}\n",
     "  group code block |fn f<'a>(x: &'a str) {\\n  g('(');\\n}|\n"
     "    whole code line 0.62 |g('(');|\n"},
    {"what does not balance is one piece", "c", "f(\nb\n}\n", "  whole code block |f(\\nb\\n}|\n"},
    {"keywords close blocks in shells", "bash", "if [ a ]; then\n  b\nelse\n  c # (\nfi\ncat <<EOF\n} fi\nEOF\n",
     "  group code block |if [ a ]; then\\n  b\\nelse\\n  c # (\\nfi|\n"
     "    whole code line 0.62 |b|\n"
     "    whole code line 0.61 |c # (|\n"
     "  whole code line 0.63 |cat <<EOF\\n} fi\\nEOF|\n"},
    {"an unknown language is judged by its words", "", "some (words\nhere) and\nthere\n",
     "  whole code line |some (words\\nhere) and|\n"
     "  whole code line |there|\n"},
    {"plain text is lines", "text", "a (\nb\n", "  whole code line |a (|\n  whole code line |b|\n"},
};

TEST(CodeTest, TreesOfEachLanguage) {
  for (const Case& c : kCases) EXPECT_EQ(tree_of(c.text, c.language), c.tree) << c.name;
}

TEST(CodeTest, BracketsStayBalanced) {
  constexpr std::string_view kCode =
      "namespace a {\n"
      "class B {\n"
      " public:\n"
      "  int f(int x) {  // why {\n"
      "    if (x) {\n      return 1;\n    } else if (y) {\n      return 2;\n    } else {\n      z({1, 2},\n        "
      "3);\n    }\n"
      "    for (;;) { g(); }\n"
      "    auto h = [&](int q) {\n      return q;\n    };\n"
      "    try {\n      w();\n    }\n    catch (...) {\n      v();\n    }\n"
      "  }\n"
      "};\n"
      "}\n";
  for (const std::string& pruned : prunings(code(kCode, "cpp"), kCode, 500)) {
    int depth = 0;
    bool in_comment = false;
    for (std::size_t i = 0; i < pruned.size(); ++i) {
      if (pruned[i] == '/' && i + 1 < pruned.size() && pruned[i + 1] == '/') in_comment = true;
      if (pruned[i] == '\n') in_comment = false;
      if (in_comment) continue;
      depth += pruned[i] == '{' || pruned[i] == '(' ? 1 : pruned[i] == '}' || pruned[i] == ')' ? -1 : 0;
      ASSERT_GE(depth, 0) << pruned;
    }
    EXPECT_EQ(depth, 0) << pruned;
    if (pruned.find("else") != std::string::npos) {
      EXPECT_NE(pruned.find("if (x)"), std::string::npos);
    }
    if (pruned.find("catch") != std::string::npos) {
      EXPECT_NE(pruned.find("try"), std::string::npos);
    }
  }
}

TEST(CodeTest, HostileTextsAreTrees) {
  for (const std::string_view part : {"(", "{\n", "\"a\n", "if x:\n", "# a\n", "\"\"\"", "else {\n}\n", "`", "/* ",
                                      "cat <<A\n", "@a\n", "'", "\\\n", "\xFF", "x;\n// a\n"}) {
    std::string text;
    while (text.size() < (std::size_t{1} << 17)) text += part;
    for (const std::string_view language : {"", "python", "js", "bash", "rust"}) {
      EXPECT_FALSE(code(text, language).nodes.empty()) << part << language;
    }
  }
  std::string deep;
  for (std::size_t i = 0; i < 400; ++i) deep += std::string(i, ' ') + "if x:\n";
  deep += std::string(400, ' ') + "y\n";
  for (const std::string& pruned : prunings(code(deep, "python"), deep, 5)) expect_bodies(pruned);
}

}  // namespace
}  // namespace pith
