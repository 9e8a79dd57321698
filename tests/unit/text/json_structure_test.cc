#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "base/json.h"
#include "support/random_json.h"
#include "support/random_prune.h"
#include "text/structure/recognizers.h"
#include "text/structure/structure.h"
#include "text/utf8.h"

namespace pith {
namespace {

struct Read {
  bool is_json = false;
  Structure structure;
};

using Recogniser = bool (*)(std::string_view, ByteSpan, const Surroundings&, TreeBuilder&);

Read read_with(Recogniser recognise, std::string_view text, std::string_view question = {}) {
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  Read read;
  read.is_json = recognise(text, {0, static_cast<std::uint32_t>(text.size())}, {question}, tree);
  if (read.is_json) tree.node(0).policy = Policy::kGroup;
  read.structure = tree.finish("json");
  EXPECT_EQ(broken_structure_law(read.structure, text), "");
  return read;
}

Read read_json(std::string_view text, std::string_view question = {}) { return read_with(add_json, text, question); }
Read read_json_lines(std::string_view text) { return read_with(add_json_lines, text); }

/// Prunes at many shares; every result must parse and be `text` with something left out.
void expect_stays_json(std::string_view text, std::uint32_t seed) {
  const Read read = read_json(text);
  ASSERT_TRUE(read.is_json) << text.substr(0, 200);
  const auto whole = parse_json(text, "whole");
  ASSERT_TRUE(whole) << whole.error().message;
  testing::RandomPruner pruner(read.structure, text);
  std::mt19937 random(seed);
  for (const double share : {0.05, 0.2, 0.4, 0.6, 0.8, 0.95}) {
    const std::string kept = pruner.prune(share, random);
    if (kept.empty()) continue;
    const auto part = parse_json(kept, "part");
    ASSERT_TRUE(part) << part.error().message << "\n" << text.substr(0, 2000) << "\n->\n" << kept.substr(0, 2000);
    ASSERT_TRUE(testing::is_pruned(*part, *whole)) << text.substr(0, 2000) << "\n->\n" << kept.substr(0, 2000);
  }
}

TEST(JsonStructureTest, MembersAreWholeAndProseIsWords) {
  const std::string_view text = R"({"id": 7, "note": "call me back before noon", "a": {"b": [1, 2]}, "e": []})";
  EXPECT_EQ(structure_text(read_json(text).structure, text),
            "group text |{\"id\": 7, \"note\": \"call me back before n...|\n"
            "  group json object |{\"id\": 7, \"note\": \"call me back before n...|\n"
            "    whole json member 0.30 |\"id\": 7|\n"
            "    separator punctuation |,|\n"
            "    group json member |\"note\": \"call me back before noon\"|\n"
            "      words json string |call me back before noon|\n"
            "    separator punctuation |,|\n"
            "    group json member |\"a\": {\"b\": [1, 2]}|\n"
            "      whole json member 0.58 |\"b\": [1, 2]|\n"
            "    separator punctuation |,|\n"
            "    whole json member 0.10 |\"e\": []|\n");
}

TEST(JsonStructureTest, EscapesStayWithTheirLettersAndLinesAreSeparate) {
  const std::string_view text = R"(["the caf\u00e9 said \"no\\\n\nnever \ud83d\ude00 again to \u4f60\u597d\n"])";
  EXPECT_EQ(structure_text(read_json(text).structure, text),
            "group text |[\"the caf\\u00e9 said \\\"no\\\\\\n\\nnever \\ud...|\n"
            "  group json array |[\"the caf\\u00e9 said \\\"no\\\\\\n\\nnever \\ud...|\n"
            "    group json string |\"the caf\\u00e9 said \\\"no\\\\\\n\\nnever \\ud8...|\n"
            "      words json string |the caf\\u00e9 said \\\"no\\\\|\n"
            "        whole text |caf\\u00e9|\n"
            "        whole text |\\\"no\\\\|\n"
            "      separator punctuation |\\n\\n|\n"
            "      words json string |never \\ud83d\\ude00 again to \\u4f60\\u597d|\n"
            "        whole text |\\ud83d\\ude00|\n"
            "        whole text |\\u4f60|\n"
            "        whole text |\\u597d|\n");
}

TEST(JsonStructureTest, RecordsKeepTheKeysTheyAllHave) {
  const std::string_view text =
      R"([{"a":1,"p":[1,2,3,4,5,6]},{"a":2,"p":[1,2,3,4,5,7],"x":0},{"a":3,"p":[1,2,3,4,5,8]},{"a":3,"p":[9,2,3,4,5,8]}])";
  const Structure structure = read_json(text).structure;
  std::size_t n_records = 0, n_required = 0;
  for (const Node& node : structure.nodes) {
    n_records += node.kind == Kind::kRecord ? 1U : 0U;
    n_required += node.is_required ? 1U : 0U;
    if (node.is_required) {
      EXPECT_EQ(node.policy, Policy::kWhole);
    }
  }
  EXPECT_EQ(n_records, 4U);
  EXPECT_EQ(n_required, 8U);
}

TEST(JsonStructureTest, RecordsThatAnswerTheQuestionComeFirst) {
  std::string text = "[";
  for (int i = 0; i < 40; ++i) {
    text += i > 0 ? "," : "";
    text += fmt::format(R"({{"host": "node{}", "state": "{}"}})", i, i == 17 ? "failed" : "running");
  }
  text += "]";
  const Structure structure = read_json(text, "Which hosts are failing?").structure;
  for (const Node& node : structure.nodes) {
    if (node.kind == Kind::kRecord && node.span.of(text).find("failed") != std::string_view::npos) {
      EXPECT_GT(node.importance, 0.97F);
    }
  }
}

TEST(JsonStructureTest, ChatsInRecordsAreJudgedByTheirWords) {
  std::string text = "[";
  for (int i = 0; i < 5; ++i) {
    text +=
        std::string(i > 0 ? "," : "") +
        R"({"role": "user", "content": "I would like to know when the train leaves, and where I can buy a ticket."})";
  }
  text += "]";
  for (const Node& node : read_json(text).structure.nodes) {
    if (node.kind == Kind::kRecord) {
      EXPECT_TRUE(std::isnan(node.importance));
    }
  }
}

TEST(JsonStructureTest, LinesOfANotebookAreNoRecords) {
  const std::string_view text =
      R"({"source": ["import os\n", "\n", "x = 1\n", "a\n", "b\n", "c\n", "d\n", "e\n", "f"]})";
  for (const Node& node : read_json(text).structure.nodes) EXPECT_NE(node.kind, Kind::kRecord);
  expect_stays_json(text, 3);
}

TEST(JsonStructureTest, BrokenJsonIsRefusedAndNamesTheByte) {
  struct Case {
    std::string_view text, warning;
  };
  constexpr std::array<Case, 22> kCases{{
      {R"({"a": 1,})", "line 1, column 9: expected a key in double quotes"},
      {"{\"a\": 1\n \"b\": 2}", "line 2, column 2: expected a comma or }"},
      {R"({"a" 1})", "line 1, column 6: expected a colon after the key"},
      {R"(["a", 01])", "line 1, column 8: a number does not begin with 0"},
      {R"(["a", 1.])", "line 1, column 9: expected a digit"},
      {R"(["a", 1e])", "line 1, column 9: expected a digit"},
      {R"(["a", -])", "line 1, column 8: expected a digit"},
      {R"(["a", +1])", "line 1, column 7: expected a value"},
      {R"(["a", tru])", "line 1, column 7: expected a value"},
      {R"(["a", NaN])", "line 1, column 7: expected a value"},
      {R"(["a\x"])", "line 1, column 5: no such escape in JSON"},
      {R"(["a\u12g4"])", "line 1, column 8: expected four hexadecimal digits after \\u"},
      {"[\"a\tb\"]", "line 1, column 4: a control character in a string must be escaped"},
      {R"(["a)", "line 1, column 2: the string that begins here never ends"},
      {R"(["a",)", "line 1, column 6: the value is missing: the text ends"},
      {R"(["a"])"
       R"(])",
       "line 1, column 6: expected the end after the value"},
      {R"({"a": 1}x)", "line 1, column 9: expected the end after the value"},
      {R"({"a": 'b'})", "line 1, column 7: expected a value"},
      {R"([{"a": 1] )", "line 1, column 9: expected a comma or }"},
      {R"({"a")", "line 1, column 5: expected a colon after the key"},
      {"{\"a\":1}\n{\"b\":2}", ""},
      {"[1] See above.", ""},
  }};
  for (const Case& c : kCases) {
    const Read read = read_json(c.text);
    EXPECT_FALSE(read.is_json) << c.text;
    EXPECT_TRUE(read.structure.is_plain());
    const std::string warning = read.structure.warnings.empty() ? "" : read.structure.warnings[0];
    EXPECT_EQ(warning, c.warning.empty() ? "" : "looks like JSON, but is broken at " + std::string(c.warning))
        << c.text;
  }
}

TEST(JsonStructureTest, AcceptsWhatTheStandardAllows) {
  for (const std::string_view text :
       {"{}", "[]", " [1,\r\n\t-0.5e-7] ", R"({"a":1,"a":2})", R"(["\ud800", 123456789012345678901234567890])", "\"x\"",
        "null", "\xEF\xBB\xBF[1]", "[\"\x7F\"]", R"(["\/\b\f"])"}) {
    EXPECT_TRUE(read_json(text).is_json) << text;
  }
}

TEST(JsonStructureTest, RandomDocumentsStayJsonWhateverGoes) {
  testing::RandomJson documents(7);
  for (std::uint32_t i = 0; i < 1500; ++i) {
    const std::string text = documents.document();
    expect_stays_json(text, i);
    if (HasFatalFailure()) return;
  }
}

TEST(JsonStructureTest, DamagedDocumentsAreAcceptedExactlyWhenTheyParse) {
  testing::RandomJson documents(8);
  std::mt19937 random(9);
  for (int i = 0; i < 3000; ++i) {
    std::string text = documents.document();
    const std::size_t at = random() % text.size();
    if (i % 3 == 0) {
      text.erase(at, 1);
    } else if (i % 3 == 1) {
      text.resize(at);
    } else {
      text[at] = "{}[]\",:\\0 e-"[random() % 12];
    }
    const auto parsed = parse_json(text, "text");
    // The parser of the tests also refuses lone surrogates and what is not UTF-8.
    std::string without_pairs = text;
    constexpr std::string_view kPair = "\\ud83d\\ude00";
    for (std::size_t pair = without_pairs.find(kPair); pair != std::string::npos; pair = without_pairs.find(kPair)) {
      without_pairs.erase(pair, kPair.size());
    }
    const bool is_finer = !is_valid_utf8(text) || without_pairs.find("\\ud") != std::string::npos;
    if (!is_finer) {
      EXPECT_EQ(read_json(text).is_json, parsed.has_value()) << text;
    }
  }
}

TEST(JsonStructureTest, NestingWithoutEndIsFollowedToALimit) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_TRUE(read_json(deep).is_json);
  EXPECT_FALSE(read_json(deep.substr(1)).is_json);
  std::string objects;
  for (int i = 0; i < 50000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(read_json(objects).is_json);
  objects += "1";
  objects.append(50000, '}');
  const Read read = read_json(objects);
  EXPECT_TRUE(read.is_json);
  EXPECT_LT(read.structure.nodes.size(), 2 * kMaxDepth);
}

TEST(JsonStructureTest, AMegabyteOfAnythingIsRead) {
  std::string numbers = "[1";
  for (int i = 0; i < 300000; ++i) numbers += ",1";
  EXPECT_TRUE(read_json(numbers + "]").is_json);
  std::string escapes = "[\"a b c d e ";
  for (int i = 0; i < 100000; ++i) escapes += i % 7 == 0 ? " x\\n" : "\\\\\\\"x";
  EXPECT_TRUE(read_json(escapes + "\"]").is_json);
  EXPECT_FALSE(read_json(std::string(1000000, '"')).is_json);
  EXPECT_FALSE(read_json(std::string(1000000, '\xFF')).is_json);
}

TEST(JsonStructureTest, FilesOfTheWorldStayJson) {
  const char* shared = std::getenv("PITH_SHARED");
  const std::filesystem::path documents =
      std::filesystem::path(shared != nullptr ? shared : PITH_SOURCE_DIR "/../shared") / "data/documents";
  if (!std::filesystem::exists(documents)) GTEST_SKIP() << "no shared documents here";
  for (const char* folder : {"json", "notebook", "chat"}) {
    for (const auto& entry : std::filesystem::directory_iterator(documents / folder)) {
      if (entry.path().extension() != ".json" && entry.path().extension() != ".ipynb") continue;
      std::ifstream file(entry.path());
      std::stringstream bytes;
      bytes << file.rdbuf();
      SCOPED_TRACE(entry.path().filename().string());
      expect_stays_json(bytes.str(), 5);
    }
  }
}

TEST(JsonLinesTest, EveryLineIsARecordAndStaysOne) {
  testing::RandomJson documents(11);
  for (std::uint32_t round = 0; round < 200; ++round) {
    std::string text;
    std::vector<json::value> originals;
    for (std::uint32_t i = 0; i < 2 + round % 12; ++i) {
      const std::string line = documents.record();
      originals.push_back(*parse_json(line, "line"));
      text += line + (round % 2 == 0 ? "\n" : "\r\n") + (i % 5 == 4 ? "\n" : "");
    }
    const Read read = read_json_lines(text);
    ASSERT_TRUE(read.is_json);
    testing::RandomPruner pruner(read.structure, text);
    std::mt19937 random(round);
    for (const double share : {0.1, 0.4, 0.8}) {
      std::istringstream kept(pruner.prune(share, random));
      std::size_t at = 0;
      for (std::string line; std::getline(kept, line);) {
        if (line.empty() || line == "\r") continue;
        const auto value = parse_json(line, "line");
        ASSERT_TRUE(value) << line << value.error().message;
        while (at < originals.size() && !testing::is_pruned(*value, originals[at])) ++at;
        ASSERT_LT(at++, originals.size()) << line;
        EXPECT_TRUE(originals.size() < 4 || (value->as_object().contains("a") && value->as_object().contains("c")));
      }
    }
  }
}

TEST(JsonLinesTest, ALastLineCutOffIsOnePieceAndTold) {
  const Read read = read_json_lines("{\"a\": 1}\n{\"a\": 2}\n{\"a\": \"thr");
  ASSERT_TRUE(read.is_json);
  EXPECT_EQ(read.structure.nodes.back().policy, Policy::kWhole);
  EXPECT_EQ(read.structure.warnings,
            std::vector<std::string>{"the last line of the JSON lines is cut off or too much at line 3, column 1"});
}

TEST(JsonLinesTest, OneLineOrABrokenMiddleIsNotTheFormat) {
  EXPECT_FALSE(read_json_lines("{\"a\": 1}\n").is_json);
  EXPECT_FALSE(read_json_lines("{\"a\": 1}\nhello\n").is_json);
  EXPECT_FALSE(read_json_lines("1\n2\n3\n").is_json);
  const Read read = read_json_lines("{\"a\": 1}\n{\"a\": 1}\n{\"a\" 1}\n{\"a\": 1}\n");
  EXPECT_FALSE(read.is_json);
  EXPECT_EQ(read.structure.warnings,
            std::vector<std::string>{
                "looks like JSON lines, but is broken at line 3, column 6: expected a colon after the key"});
}

}  // namespace
}  // namespace pith
