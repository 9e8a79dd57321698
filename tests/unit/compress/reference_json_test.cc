#include "compress/reference_json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

#include "base/json.h"
#include "compress/python_text.h"

namespace pith {
namespace {

TEST(ReferenceJsonTest, AgreesWithTheLibraryOnRandomObjects) {
  std::ifstream file(PITH_SOURCE_DIR "/tests/data/structured/json_pair_cases.jsonl");
  std::size_t n_cases = 0;
  for (std::string line; std::getline(file, line); ++n_cases) {
    const json::value c = json::parse(line);
    const auto config = parse_json_config(std::string_view(c.at("cfg").as_string()), "config");
    ASSERT_TRUE(config) << config.error().message;
    const auto made = make_reference_json(*config, std::string_view(c.at("data").as_string()));
    if (c.at("want").is_null()) {
      EXPECT_FALSE(made) << line;
      continue;
    }
    ASSERT_TRUE(made) << made.error().message << line;
    json::array contexts, forced;
    for (const std::string& context : made->contexts) contexts.emplace_back(context);
    for (const std::uint32_t id : made->forced_contexts) forced.emplace_back(static_cast<std::int64_t>(id));
    EXPECT_EQ(json::value({contexts, forced}), c.at("want")) << line;
  }
  EXPECT_GT(n_cases, 100U);
}

TEST(ReferenceJsonTest, FloatsAreWrittenAsPythonDoes) {
  struct Case {
    double value;
    std::string_view want;
  };
  constexpr std::array<Case, 14> kCases{{{0, "0.0"},
                                         {-0.0, "-0.0"},
                                         {1, "1.0"},
                                         {0.1, "0.1"},
                                         {-2.5, "-2.5"},
                                         {0.0001, "0.0001"},
                                         {0.00001, "1e-05"},
                                         {1.5e-7, "1.5e-07"},
                                         {123456789.25, "123456789.25"},
                                         {1e15, "1000000000000000.0"},
                                         {1e16, "1e+16"},
                                         {1.25e100, "1.25e+100"},
                                         {5e-324, "5e-324"},
                                         {std::numeric_limits<double>::infinity(), "inf"}}};
  for (const Case& c : kCases) EXPECT_EQ(python_float(c.value), c.want);
}

TEST(ReferenceJsonTest, CommasAreCleanedInStringsToo) {
  EXPECT_EQ(clean_reference_commas("{\"a\": \"x, y,, z\", , \"b\":\n1,\xC2\xA0 2}"), "{\"a\": \"x,y,z\",\"b\":\n1,2}");
}

TEST(ReferenceJsonTest, AnObjectWithoutPairsIsDamagedAsInTheLibrary) {
  const auto made = make_reference_json({}, "{}");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->contexts, (std::vector<std::string>{"<llmlingua, compress=False</llmlingua>",
                                                      "<llmlingua, compress=False>}</llmlingua>"}));
}

}  // namespace
}  // namespace pith
