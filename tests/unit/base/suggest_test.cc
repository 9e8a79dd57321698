#include "base/suggest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "support/random_text.h"

namespace pith {
namespace {

/// The definition, by recursion: optimal string alignment distance.
std::size_t slow_edit_distance(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const std::string a1 = a.substr(0, a.size() - 1), b1 = b.substr(0, b.size() - 1);
  std::size_t best = std::min({slow_edit_distance(a1, b) + 1, slow_edit_distance(a, b1) + 1,
                               slow_edit_distance(a1, b1) + (a.back() == b.back() ? 0U : 1U)});
  if (!a1.empty() && !b1.empty() && a.back() == b1.back() && b.back() == a1.back()) {
    best = std::min(best, slow_edit_distance(a1.substr(0, a1.size() - 1), b1.substr(0, b1.size() - 1)) + 1);
  }
  return best;
}

TEST(SuggestTest, CountsEdits) {
  struct Case {
    std::string a, b;
    std::size_t edits;
  };
  const std::vector<Case> cases = {{"", "", 0},         {"", "abc", 3},      {"rate", "rate", 0},
                                   {"RATE", "rate", 0}, {"raet", "rate", 1}, {"rates", "rate", 1},
                                   {"rat", "rate", 1},  {"role", "rate", 2}, {"ca", "abc", 3}};
  for (const Case& c : cases) {
    EXPECT_EQ(edit_distance(c.a, c.b), c.edits) << c.a << " " << c.b;
    EXPECT_EQ(edit_distance(c.b, c.a), c.edits) << c.b << " " << c.a;
  }
}

TEST(SuggestTest, AgreesWithTheDefinitionOnShortWords) {
  testing::Random random(15);
  const auto word = [&random] {
    std::string out;
    for (std::size_t n = testing::random_below(random, 6); n > 0; --n) {
      out.push_back("abc"[testing::random_below(random, 3)]);
    }
    return out;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string a = word(), b = word();
    ASSERT_EQ(edit_distance(a, b), slow_edit_distance(a, b)) << a << " " << b;
  }
}

TEST(SuggestTest, ProposesOnlyPlausibleSlips) {
  const std::vector<std::string_view> known = {"rate", "target_token", "force_tokens", "context"};
  EXPECT_EQ(nearest_name("raet", known), "rate");
  EXPECT_EQ(nearest_name("target_tokens", known), "target_token");
  EXPECT_EQ(nearest_name("forced_token", known), "force_tokens");
  EXPECT_EQ(nearest_name("Context", known), "context");
  EXPECT_EQ(nearest_name("temperature", known), "");
  EXPECT_EQ(nearest_name("x", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name(std::string(1U << 20U, 'r'), known), "");
  EXPECT_EQ(nearest_name("rate", {}), "");
  EXPECT_EQ(did_you_mean("rats", known), "; did you mean \"rate\"?");
  EXPECT_EQ(did_you_mean("unrelated_name", known), "");
}

}  // namespace
}  // namespace pith
