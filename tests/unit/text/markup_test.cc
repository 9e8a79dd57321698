#include <algorithm>

#include "line_format_cases.h"

namespace pith {
namespace {

using testing::prune_at_random;
using testing::structure_of;

constexpr std::string_view kNote = R"(<?xml version="1.0"?>
<!DOCTYPE note [<!ENTITY x "y">]>
<!-- who and when -->
<note xmlns:a="u" t='a > b'>
  <p>Caf&#233; &amp; bar is a <b>very</b> nice place, R&amp;D too ]] &gt; x]]y</p>
  <a:e/><![CDATA[ raw < & ]]>
  <code xml:space="preserve"> x
   y </code>
  <![CDATA[line one
line <two>
]]><?pi data?>
  <empty></empty>
</note>)";

constexpr std::string_view kPage = R"(<!doctype html>
<HTML><Head><Title>My &amp; page</Title><meta charset=utf-8>
<script>if (a<b) { "</div>" }</script></head>
<body class=x>
<p>First para with <b>bold</b> and <a href="u">link text</a>
<p>Second para<br>after break
<ul><li>one<li>two <i>it</i><li>three</ul>
<table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table>
<pre>line 1
  line 2
</pre>
</body></HTML>)";

/// Counts the tags in front of each `>`: as many closed as opened, and never more.
bool is_balanced(std::string_view text) {
  int depth = 0;
  while (!text.empty()) {
    const std::size_t at = text.find('<');
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    std::string_view closing = ">";
    if (text.starts_with("<![CDATA[")) closing = "]]>";
    if (text.starts_with("<!--")) closing = "-->";
    if (text.starts_with("<!DOCTYPE")) closing = "]>";
    std::size_t end = 0;
    char quote = 0;
    for (; end < text.size() && (quote != 0 || !text.substr(end).starts_with(closing)); ++end) {
      if (closing == ">" && quote == 0 && (text[end] == '"' || text[end] == '\'')) {
        quote = text[end];
      } else if (text[end] == quote) {
        quote = 0;
      }
    }
    if (end == text.size()) return false;
    const bool is_tag = closing == ">" && text[1] != '?';
    if (is_tag && text[1] == '/') --depth;
    if (is_tag && text[1] != '/' && text[end - 1] != '/') ++depth;
    if (depth < 0) return false;
    text.remove_prefix(end + closing.size());
  }
  return depth == 0;
}

TEST(XmlTest, TellsXmlFromWhatIsNot) {
  struct Case {
    std::string_view text;
    bool is_xml;
  };
  for (const Case& c : {
           Case{kNote, true}, Case{"<?xml version='1.0'?><a/>", true}, Case{"<r><x>1</x><y z=\"2\"/></r>", true},
           Case{"<r><x>1</x><y>2</x></r>", false}, Case{"<r><x>1</x><y></r>", false},
           Case{"<r><x>1</x></r><r><x/></r>", false}, Case{"<r><x>1</x><y z=2/></r>", false},
           Case{"<r><x>1</x><y z=\"<\"/></r>", false}, Case{"<r><x>a & b</x><y/></r>", false},
           Case{"<r><x>a ]]> b</x><y/></r>", false}, Case{"<r><x>1</x><y/></r> tail", false},
           Case{"<question>What is this?</question>", false},                  // a prompt's tag, not a document
           Case{"<doc><b1>One.</b1>\n\nProse\n\nin tags.<b2/></doc>", false},  // paragraphs: left to Markdown
           Case{"<div><p>1</p><p>2</p></div>", false},                         // HTML
       }) {
    EXPECT_EQ(structure_of(add_xml, c.text).has_value(), c.is_xml) << c.text;
  }
}

TEST(XmlTest, WhatIsKeptIsWellFormedAndEntitiesAreWhole) {
  prune_at_random(add_xml, kNote, [](const std::string& kept) {
    if (kept.empty()) return;
    EXPECT_TRUE(is_balanced(kept)) << kept;
    EXPECT_TRUE(kept.starts_with("<?xml version=\"1.0\"?>\n<!DOCTYPE note [<!ENTITY x \"y\">]>")) << kept;
    EXPECT_TRUE(kept.find("<note xmlns:a=\"u\" t='a > b'>") != std::string::npos && kept.ends_with("</note>")) << kept;
    EXPECT_TRUE(structure_of(add_xml, kept).has_value()) << kept;
    for (std::size_t at = kept.find("&#"); at != std::string::npos; at = kept.find("&#", at + 1)) {
      EXPECT_EQ(kept.substr(at - 3, 9), "Caf&#233;") << kept;
    }
  });
}

TEST(XmlTest, LikeSiblingsAreSampled) {
  std::string text = "<?xml version=\"1.0\"?>\n<items>\n";
  for (int i = 0; i < 50; ++i) {
    text += "  <item id=\"" + std::to_string(i) + "\"><kind>" + (i == 31 ? "rare" : "usual") + "</kind></item>\n";
  }
  text += "</items>\n";
  const auto structure = structure_of(add_xml, text);
  ASSERT_TRUE(structure.has_value());
  std::size_t n_ranked = 0;
  for (const Node& node : structure->nodes) {
    n_ranked += node.kind == Kind::kElement && !std::isnan(node.importance) ? 1U : 0U;
    if (node.kind == Kind::kElement && node.span.of(text).starts_with("<item id=\"31\"")) {
      EXPECT_GT(node.importance, 0.9F);
    }
  }
  EXPECT_EQ(n_ranked, 50U);
}

TEST(XmlTest, RefusesProse) {
  for (const std::string_view text : testing::prose()) EXPECT_FALSE(structure_of(add_xml, text).has_value()) << text;
}

TEST(XmlTest, StandsBrokenBytes) { testing::mutate_at_random(add_xml, kNote); }

std::string repeated(std::string_view part, std::size_t n_times) {
  std::string out;
  for (std::size_t i = 0; i < n_times; ++i) out += part;
  return out;
}

TEST(XmlTest, StandsDeepAndBrokenTexts) {
  const std::string deep = repeated("<a>", 100000) + "x" + repeated("</a>", 100000);
  ASSERT_TRUE(structure_of(add_xml, "<?xml version=\"1.0\"?><r>" + deep + "</r>").has_value());
  EXPECT_FALSE(structure_of(add_xml, repeated("<a>", 100000)).has_value());
  EXPECT_FALSE(structure_of(add_xml, repeated("<a b='", 100000)).has_value());
  EXPECT_FALSE(structure_of(add_xml, repeated("<!--", 100000)).has_value());
}

TEST(HtmlTest, TellsHtmlFromWhatIsNot) {
  struct Case {
    std::string_view text;
    bool is_html;
  };
  for (const Case& c : {
           Case{kPage, true},
           Case{"<div><p>one<p>two</div>", true},
           Case{"<!DOCTYPE html>\n<title>t</title>\nplain text", true},
           Case{"<ul><li>a & b<li>1 < 2</ul>", true},
           Case{"<div><b>open", false},
           Case{"<div>text</span></b></i></div>", false},
           Case{"<p>one</p>\n\nand Markdown behind it", false},
           Case{"<script>never closed", false},
           Case{"<foo><bar>x</bar></foo>", false},
           Case{"a < b and c > d", false},
       }) {
    EXPECT_EQ(structure_of(add_html, c.text).has_value(), c.is_html) << c.text;
  }
}

TEST(HtmlTest, KeptWordsHaveTheirTagsAndThePageItsTitle) {
  prune_at_random(add_html, kPage, [](const std::string& kept) {
    if (kept.empty()) return;
    const auto has = [&](std::string_view part) { return kept.find(part) != std::string::npos; };
    EXPECT_TRUE(kept.starts_with("<!doctype html>\n<HTML><Head><Title>My &amp; page</Title>")) << kept;
    EXPECT_TRUE(kept.ends_with("</HTML>")) << kept;
    EXPECT_EQ(has("bold"), has("<b>bold</b>")) << kept;
    EXPECT_EQ(has("link") || has("text</a>"), has("<a href=\"u\">")) << kept;
    EXPECT_TRUE(!has("three") || has("<li>three</ul>")) << kept;
    EXPECT_EQ(has("<script>"), has("<script>if (a<b) { \"</div>\" }</script>")) << kept;
    EXPECT_EQ(has("<td>4"), has("<td>4</table>")) << kept;
    EXPECT_TRUE(!has("line 2") || has("\n  line 2")) << kept;
  });
}

TEST(HtmlTest, StandsBrokenBytes) { testing::mutate_at_random(add_html, kPage); }

TEST(HtmlTest, StandsDeepAndBrokenTexts) {
  ASSERT_TRUE(structure_of(add_html, repeated("<div>", 100000) + "x" + repeated("</div>", 100000)).has_value());
  EXPECT_FALSE(structure_of(add_html, repeated("<div>", 100000) + repeated("</b>", 100000)).has_value());
  EXPECT_TRUE(structure_of(add_html, "<ul>" + repeated("<li>x", 100000) + "</ul>").has_value());
  EXPECT_FALSE(structure_of(add_html, repeated("<script>", 100000)).has_value());
}

}  // namespace
}  // namespace pith
