// What every recogniser of a whole format must hold to, whatever it is given.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/random_prune.h"
#include "text/structure/recognizers.h"

namespace pith::testing {

using Recognizer = bool (*)(std::string_view, ByteSpan, const Surroundings&, TreeBuilder&);

/// The structure, or nothing if the text is refused; checks that a refusal leaves no trace.
inline std::optional<Structure> structure_of(Recognizer add, std::string_view text, std::string_view question = {}) {
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  const bool is_known = add(text, {0, static_cast<std::uint32_t>(text.size())}, {question}, tree);
  EXPECT_EQ(tree.depth(), 1U);
  if (!is_known) {
    EXPECT_EQ(tree.n_nodes(), 1U) << text.substr(0, 200);
    return std::nullopt;
  }
  Structure structure = tree.finish("test");
  EXPECT_EQ(broken_structure_law(structure, text), "") << text.substr(0, 200);
  return structure;
}

/// Calls check(what was kept) for prunings at many shares; everything kept must be the text itself.
template <class Check>
void prune_at_random(Recognizer add, std::string_view text, Check check) {
  const std::optional<Structure> structure = structure_of(add, text);
  ASSERT_TRUE(structure.has_value()) << text;
  RandomPruner pruner(*structure, text);
  std::mt19937 random(7);
  std::string all(text);
  while (!all.empty() && std::isspace(static_cast<unsigned char>(all.back())) != 0) all.pop_back();
  EXPECT_EQ(pruner.prune(1, random), all);
  for (int i = 0; i < 200; ++i) check(pruner.prune(0.02 + 0.005 * i > 0.97 ? 0.97 : 0.02 + 0.005 * i, random));
}

/// Bytes changed, cut and doubled at random: never a crash, a broken law or a builder that is not as it was.
inline void mutate_at_random(Recognizer add, std::string_view seed) {
  std::mt19937 random(11);
  constexpr std::string_view kBytes = "\n\n  \t-:#\"'<>&/[]{}|,;=@+.*a0\xC3\xFF\r";
  for (int round = 0; round < 300; ++round) {
    std::string text(seed);
    const auto n_edits = 1 + random() % 4;
    for (std::uint32_t edit = 0; edit < n_edits && !text.empty(); ++edit) {
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 4) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1 + random() % 8);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
      }
    }
    structure_of(add, text);
  }
}

inline std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end != 0) lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// Prose and Markdown that none of the line formats may take for its own.
inline const std::vector<std::string_view>& prose() {
  static const std::vector<std::string_view> kProse{
      "",
      "Hello",
      "One short line, with a comma.\nAnother line, with a comma.\nA third line, with one.\nAnd a last, too.",
      "Roses are red,\nViolets are blue,\nSugar is sweet,\nAnd so are you,\n",
      "Dear Ann,\n\nthe meeting is on 2024-03-01 at 10:00. Please bring: the plan, the list, and tea.\n\nBob\n",
      "# Title\n\nA paragraph of text: it has a colon.\n\n- first item\n- second item\n- third item\n",
      "- Note: do this\n- Warning: not that\n- Tip: drink water\n",
      "User: hi there\nAssistant: hello, how can I help?\nUser: what is YAML?\nAssistant: a format.\n",
      "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
      "1. one\n2. two\n3. three\n4. four\n5. five\n6. six\n7. seven\n8. eight\n9. nine\n",
      "<p align=\"center\">Logo</p>\n\n# Project\n\nText that follows, as in many a README.\n",
      "Use <b>bold</b> and a < b, if c > d.\n",
      "Title\n=====\n\nSome text.\n\n    $ make\n    $ make install\n\n.. note:: careful\n",
      "for (int i = 0; i < n; ++i) {\n  foo(i, 2);\n  bar(i, 3);\n  baz(i, 4);\n}\n",
      "def f(x):\n    return x\n\nclass A:\n    def g(self):\n        return f(1)\n",
      "[00:01:05] Alice: so I think that we should really look at the numbers again before we say anything at all.\n"
      "[00:01:35] Bob: yes, and then there is what the people from the other office told us just the day before.\n"
      "[00:02:10] Alice: right, but that was about the old plan which nobody follows any more, if I am not wrong.\n",
  };
  return kProse;
}

}  // namespace pith::testing
