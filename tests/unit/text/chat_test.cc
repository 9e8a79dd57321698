// Transcripts: whose words they are stays with the words.
#include <gtest/gtest.h>

#include "support/structured.h"
#include "text/structure/chat_turns.h"

namespace pith {
namespace {

using testing::prunings;
using testing::whole;

bool is_chat(std::string_view text, Structure* structure) {
  TreeBuilder tree(whole(text).end);
  const bool is = add_chat(text, whole(text), {}, tree);
  *structure = tree.finish("chat");
  EXPECT_EQ(broken_structure_law(*structure, text), "");
  if (!is) {
    EXPECT_EQ(structure->nodes.size(), 1U) << "a refusal leaves the builder as it was";
  }
  return is;
}

TEST(ChatTest, KnowsItsLabels) {
  struct Case {
    std::string_view line, label, speaker;
  };
  constexpr Case kLabels[] = {{"User: hi", "User:", "user"},
                              {"USER:", "USER:", "user"},
                              {"  user: hi", "user:", "user"},
                              {"**Customer**: hi", "**Customer**:", "customer"},
                              {"**Customer:** hi", "**Customer:**", "customer"},
                              {"[doctor] hi", "[doctor]", "doctor"},
                              {"[10:02] Ann Lee: hi", "[10:02] Ann Lee:", "ann lee"},
                              {"Ann (10:02): hi", "Ann (10:02):", "ann "},
                              {"#Person1#: hi", "#Person1#:", "person1"},
                              {"<|im_start|>user", "<|im_start|>user", "user"},
                              {"Dr. Wu: hi", "Dr. Wu:", "dr. wu"},
                              {"see also: this", "", ""},
                              {"http://a.b", "", ""},
                              {"At 10:30 we met", "", ""},
                              {"[a](b): c", "", ""},
                              {"This is a rather long sentence: x", "", ""}};
  for (const Case& c : kLabels) {
    const TurnLabel label = turn_label(c.line, whole(c.line));
    EXPECT_EQ(label.span.of(c.line), c.label) << c.line;
    if (!c.label.empty() && c.speaker != "ann ") {
      EXPECT_EQ(label.speaker, c.speaker) << c.line;
    }
  }
}

TEST(ChatTest, AcceptsConversationsAndNothingElse) {
  Structure structure;
  EXPECT_TRUE(is_chat("User: a\nAssistant: b", &structure));
  EXPECT_TRUE(is_chat("Ann: a\nBob: b\nmore of it\nAnn: c\n", &structure));
  EXPECT_TRUE(is_chat("Transcript of a call\n\n[doctor] a\n[patient] b\n[doctor] c", &structure));
  EXPECT_FALSE(is_chat("Name: a\nCity: b\nAge: c", &structure));
  EXPECT_FALSE(is_chat("Note: this is a text.\nIt goes on.", &structure));
  EXPECT_FALSE(is_chat("# Ann: a\nAnn: b\nBob: c\nAnn: d", &structure));
  EXPECT_FALSE(is_chat("", &structure));
}

TEST(ChatTest, EveryKeptWordHasItsSpeaker) {
  const std::string text =
      "Ann: alpha one two\n\nBob: beta **bold** three\n- beta item\nAnn: alpha `x y` four\nBob: beta five\n";
  Structure structure;
  ASSERT_TRUE(is_chat(text, &structure));
  for (const std::string& pruned : prunings(structure, text, 300)) {
    std::string_view speaker;
    std::size_t at = 0;
    while (at < pruned.size()) {
      const std::size_t end = std::min(pruned.find('\n', at), pruned.size());
      const std::string_view line = std::string_view(pruned).substr(at, end - at);
      at = end + 1;
      if (line.empty()) continue;
      if (line.starts_with("Ann:") || line.starts_with("Bob:")) speaker = line.substr(0, 3);
      EXPECT_FALSE(speaker.empty()) << pruned;
      if (line.find("alpha") != std::string_view::npos) {
        EXPECT_EQ(speaker, "Ann") << pruned;
      }
      if (line.find("beta") != std::string_view::npos) {
        EXPECT_EQ(speaker, "Bob") << pruned;
      }
    }
  }
}

TEST(ChatTest, TurnTokensComeInPairs) {
  const std::string text =
      "<|im_start|>system\nBe kind: always.<|im_end|>\n<|im_start|>user\nhi there<|im_end|>\n<|im_start|>assistant\n";
  Structure structure;
  ASSERT_TRUE(is_chat(text, &structure));
  const auto count = [](std::string_view in, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1)) ++n;
    return n;
  };
  for (const std::string& pruned : prunings(structure, text, 200)) {
    const std::size_t n_open = count(pruned, "<|im_start|>") - count(pruned, "<|im_start|>assistant");
    EXPECT_EQ(n_open, count(pruned, "<|im_end|>")) << pruned;
  }
}

}  // namespace
}  // namespace pith
