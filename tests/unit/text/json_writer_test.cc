#include "text/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "base/json.h"

namespace pith {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, &out);
  return out;
}

TEST(JsonWriterTest, WritesNestedValuesWithoutSpaces) {
  JsonWriter w;
  w.begin_object();
  w.key("a").begin_array().integer(1).integer(-2).begin_array().end_array().begin_object().end_object().end_array();
  w.key("b").boolean(true).key("c").null().key("d").string("x").key("e").raw("[7]").key("f").fixed(1.0, 3);
  w.end_object();
  EXPECT_EQ(std::move(w).text(), R"({"a":[1,-2,[],{}],"b":true,"c":null,"d":"x","e":[7],"f":1.000})");
}

TEST(JsonWriterTest, NumbersAreTheShortestThatReadBackEqual) {
  JsonWriter w;
  w.begin_array()
      .number(0.1)
      .number(0.1F)
      .number(1e300)
      .number(std::nan(""))
      .number(std::numeric_limits<double>::infinity());
  EXPECT_EQ(std::move(w.end_array()).text(), "[0.1,0.1,1e+300,null,null]");
}

TEST(JsonWriterTest, EscapesWhatJsonMustEscape) {
  EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f\"\\/\n\r\t", 9)), R"("\u0000\u001f\u007f\"\\/\n\r\t")");
  EXPECT_EQ(json_string("naïve 日本 🙂"), "\"naïve 日本 🙂\"");
}

TEST(JsonWriterTest, InvalidUtf8BecomesOneReplacementPerMaximalSequence) {
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"\x80", "\"\uFFFD\""},
      {"a\xC0\xAF", "\"a\uFFFD\uFFFD\""},                    // overlong
      {"\xED\xA0\x80", "\"\uFFFD\uFFFD\uFFFD\""},            // a surrogate
      {"\xF0\x9F\x99 x", "\"\uFFFD x\""},                    // cut short
      {"\xE2\x82", "\"\uFFFD\""},                            // cut short at the end
      {"\xF4\x90\x80\x80", "\"\uFFFD\uFFFD\uFFFD\uFFFD\""},  // above U+10FFFF
      {"\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""},
      {"\xE2\x28\xA1", "\"\uFFFD(\uFFFD\""},
  };
  for (const auto& c : cases) {
    std::string out;
    EXPECT_EQ(append_json_string(c.text, &out), c.expected.find("\uFFFD") != std::string_view::npos);
    EXPECT_EQ(out, c.expected);
  }
  JsonWriter w;
  w.begin_array().string("ok");
  EXPECT_FALSE(w.replaced_bytes());
  w.string("\xFF");
  EXPECT_TRUE(w.replaced_bytes());
}

TEST(JsonWriterTest, AnyBytesGiveValidJson) {
  std::mt19937 random(7);
  const std::string alphabet("a\"\\\n\0\x7f\x80\xbf\xc2\xe0\xa0\xed\xf0\x90\xf4\xff", 16);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 8, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    EXPECT_TRUE(parse_json(json_string(text), "test")) << json_string(text);
  }
}

}  // namespace
}  // namespace pith
