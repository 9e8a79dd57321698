#include "tokenize/graphemes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/utf8.h"

namespace pith {
namespace {

std::vector<std::string> clusters(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = Graphemes::instance().cluster_end(text, at);
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

TEST(GraphemesTest, JoinsWhatUnicodeSaysBelongsTogether) {
  const std::vector<std::vector<std::string>> kCases = {
      {},
      {"a", "b"},
      {"e\u0301\u0302", "x"},
      {"\r\n", "\n", "\r", "\t"},
      {"\n", "\u0301"},  // a control stands alone
      {"\u00ad", "\u0301"},
      {"\u0600a", "b"},  // a sign that precedes
      {"\u0600\u0600\u0301"},
      {"\u0600", "\n"},
      {"한", "국"},
      {"\u1100\u1161\u11a8", "\u1100"},
      {"가\u11a8", "가", "각\u11a8", "각"},
      {"\u11a8", "\u1161"},
      {"👨\u200d👩\u200d👧", "👍🏽"},
      {"👨🏽\u200d👩", "a\u200d", "👩"},
      {"©\u0301\u200d™", "©\u200d\u200d", "©\u200d\u0301", "™"},
      {"©\u200d™", "©\u0903\u200d", "©"},  // a spacing mark ends the picture
      {"\u0915\u094d\u0915", "\u0915", "\u0915"},
      {"\u0915\u094d\u200d\u0937", "\u0915\u0903\u094d", "\u0915"},
      {"\u0915\u093c", "\u0915"},
      {"\u0e01\u0e33", "\u0e01"},
  };
  for (const std::vector<std::string>& expected : kCases) {
    std::string text;
    for (const std::string& cluster : expected) text += cluster;
    EXPECT_EQ(clusters(text), expected) << text;
  }
}

/// may_join() must not say no where a cluster goes on.
TEST(GraphemesTest, RulesOutNoClusterBeforehand) {
  const Graphemes& graphemes = Graphemes::instance();
  const char32_t kFirsts[] = {U'a', U'\r', U'\n', 0x600, 0x915, 0xA9, 0x1100, 0x1161, 0xAC00, 0xAC01, 0x301, 0x200D};
  for (const char32_t first : kFirsts) {
    for (char32_t next = 0; next < 0x20000; ++next) {
      if (next >= 0xD800 && next < 0xE000) continue;
      std::string text;
      const std::size_t n_first = append_utf8(first, &text);
      append_utf8(next, &text);
      if (graphemes.cluster_end(text, 0) > n_first) {
        EXPECT_TRUE(Graphemes::may_join(graphemes.flags(first), graphemes.flags(next))) << text;
      }
    }
  }
}

}  // namespace
}  // namespace pith
