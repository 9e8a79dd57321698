#include "text/utf8.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <string>
#include <vector>

#include "reference/utf8_reference.h"
#include "support/random_text.h"

namespace pith {
namespace {

std::vector<std::uint32_t> step_lengths(std::string_view text) {
  std::vector<std::uint32_t> lengths;
  for (std::size_t at = 0; at < text.size(); at += lengths.back())
    lengths.push_back(decode_code_point(text, at).n_bytes);
  return lengths;
}

void expect_like_reference(std::string_view text) {
  bool valid = true;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint ours = decode_code_point(text, at);
    const auto theirs = reference::utf8_step(text, at);
    ASSERT_EQ(ours, (CodePoint{theirs.value, theirs.n_bytes, theirs.valid})) << "at byte " << at;
    valid = valid && ours.valid;
    at += ours.n_bytes;
  }
  ASSERT_EQ(is_valid_utf8(text), valid);
}

TEST(Utf8Test, DecodesEveryScalarValue) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    testing::append_utf8(text, c);
    ASSERT_EQ(decode_code_point(text, 0), (CodePoint{c, static_cast<std::uint32_t>(text.size()), true}));
  }
}

TEST(Utf8Test, CutsBrokenSequencesIntoMaximalSubparts) {
  struct Case {
    std::string text;
    std::vector<std::uint32_t> lengths;
  };
  const std::vector<Case> cases = {
      // The Unicode Standard, tables 3-8 to 3-11.
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", {1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", {1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", {1, 1, 1, 1, 1, 1, 1, 1, 1}},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", {2, 1, 3, 2, 1}},
      {"\xE2\x82", {2}},                             // cut off
      {"\xF0\x9F\x98", {3}},                         // cut off
      {"caf\xE9 ol\xE9", {1, 1, 1, 1, 1, 1, 1, 1}},  // Latin-1
  };
  for (const Case& c : cases) EXPECT_EQ(step_lengths(c.text), c.lengths);
}

TEST(Utf8Test, AgreesWithTheTableOnEveryShortSequence) {
  // All pairs, and all triples and quadruples over the bytes where a range begins or ends.
  std::string text(2, '\0');
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      text[0] = static_cast<char>(a);
      text[1] = static_cast<char>(b);
      expect_like_reference(text);
    }
  }
  const std::string edges =
      "\x41\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5\xFF";
  text.resize(4);
  for (const char a : edges) {
    for (const char b : edges) {
      for (const char c : edges) {
        for (const char d : edges) {
          text = {a, b, c, d};
          expect_like_reference(text);
        }
      }
    }
  }
}

TEST(Utf8Test, AgreesWithTheTableOnRandomText) {
  testing::Random random(20250601);
  for (int i = 0; i < 2000; ++i)
    expect_like_reference(testing::random_text(random, testing::random_below(random, 200)));
}

TEST(Utf8Test, CountsAsciiRunsWhereverTheyEnd) {
  for (std::size_t n = 0; n < 40; ++n) {
    const std::string ascii(n, 'a');
    for (std::size_t at = 0; at <= n; ++at) {
      EXPECT_EQ(ascii_run(ascii, at), n - at);
      EXPECT_EQ(ascii_run(ascii + "\xC3\xA9 and more behind it", at), n - at);
    }
  }
}

TEST(Utf8Test, KnowsUnicodesWhiteSpace) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    ASSERT_EQ(is_white_space(c), u_isUWhiteSpace(static_cast<UChar32>(c)) != 0) << std::hex << static_cast<unsigned>(c);
  }
}

}  // namespace
}  // namespace pith
