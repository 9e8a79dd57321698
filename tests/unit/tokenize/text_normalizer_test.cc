#include "tokenize/text_normalizer.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <string>
#include <vector>

#include "support/random_text.h"
#include "text/utf8.h"

namespace pith {
namespace {

/// "e[0,1) é[1,3)", one entry a character.
std::string show(const AlignedText& text) {
  AlignedText::Cursor cursor(text);
  std::string out;
  for (std::size_t at = 0; at < text.bytes().size();) {
    const std::size_t end = at + decode_code_point(text.bytes(), at).n_bytes;
    const ByteSpan source = cursor.source(at, end);
    if (!out.empty()) out += ' ';
    out += std::string(text.bytes().substr(at, end - at)) + "[" + std::to_string(source.begin) + "," +
           std::to_string(source.end) + ")";
    at = end;
  }
  return out;
}

// The expected alignments are those of tokenizers 0.20.3; tests/oracle/byte_bpe_oracle.py compares many more.
TEST(TextNormalizerTest, AlignsAsTheReferenceLibraryDoes) {
  const struct {
    TextNormalizer normalizer;
    std::string text;
    std::string characters;
  } kCases[] = {
      {TextNormalizer::kNfc, "abc", "a[0,1) b[1,2) c[2,3)"},
      {TextNormalizer::kNfc, "", ""},
      {TextNormalizer::kNfc, "e\u0301x", "\u00e9[0,1) x[3,4)"},  // composed: the first part's bytes
      {TextNormalizer::kNfc, "\u1100\u1161\u11a8", "\uac01[0,3)"},
      {TextNormalizer::kNfc, "\u212b", "\u00c5[0,3)"},
      {TextNormalizer::kNfc, "e\u0323\u0301", "\u1eb9[0,1) \u0301[3,5)"},
      {TextNormalizer::kNfc, "\u0958x", "\u0915[0,3) \u093c[0,3) x[3,4)"},  // excluded from composition
      {TextNormalizer::kNfc, "\u0301a", "\u0301[0,2) a[2,3)"},
      {TextNormalizer::kNfd, "\u00e9x", "e[0,2) \u0301[0,2) x[2,3)"},
      {TextNormalizer::kNfd, "a\u0301\u0323", "a[0,1) \u0323[1,3) \u0301[3,5)"},  // marks move, sources stay
      {TextNormalizer::kNfkc, "\ufb01\u2460", "f[0,3) i[0,3) 1[3,6)"},
      {TextNormalizer::kNfkd, "\u00a8", " [0,2) \u0308[0,2)"},
      {TextNormalizer::kLowercase, "A\u0130\u03a3", "a[0,1) i[1,3) \u0307[1,3) \u03c3[3,5)"},
      {TextNormalizer::kNfd, "\U00011938", "\U00011938[0,4)"},  // younger than Unicode 9
      {TextNormalizer::kNfc, "a\xff\u0301", "a[0,1) \ufffd[1,2) \u0301[2,4)"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(show(normalize(test.normalizer, AlignedText(test.text))), test.characters)
        << ::testing::PrintToString(test.text);
  }
}

TEST(TextNormalizerTest, FollowsSourcesThroughSeveralSteps) {
  const std::string text = "\u00c9\xff\u0130e\u0301";
  const AlignedText decomposed = normalize(TextNormalizer::kNfd, AlignedText(text));
  const AlignedText lower = normalize(TextNormalizer::kLowercase, decomposed);
  EXPECT_EQ(show(normalize(TextNormalizer::kNfc, lower)), "\u00e9[0,2) \ufffd[2,3) i[3,5) \u0307[3,5) \u00e9[5,6)")
      << show(lower);
}

bool is_old(char32_t c) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] != 0 && age[0] <= 9;
}

/// Seen as a text alone it is what ICU makes of it, where all characters are old enough.
TEST(TextNormalizerTest, WritesWhatIcuWrites) {
  UErrorCode error = U_ZERO_ERROR;
  const struct {
    TextNormalizer normalizer;
    const icu::Normalizer2* form;
  } kForms[] = {{TextNormalizer::kNfc, icu::Normalizer2::getNFCInstance(error)},
                {TextNormalizer::kNfd, icu::Normalizer2::getNFDInstance(error)},
                {TextNormalizer::kNfkc, icu::Normalizer2::getNFKCInstance(error)},
                {TextNormalizer::kNfkd, icu::Normalizer2::getNFKDInstance(error)}};
  ASSERT_TRUE(U_SUCCESS(error));
  std::vector<char32_t> special;
  for (char32_t c = 0; c < 0x20000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    if (is_old(c) && (u_getCombiningClass(static_cast<UChar32>(c)) != 0 ||
                      kForms[3].form->hasBoundaryBefore(static_cast<UChar32>(c)) == 0))
      special.push_back(c);
  }
  ASSERT_GT(special.size(), 600u);
  testing::Random random(41);
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (std::size_t n = testing::random_below(random, 12); n > 0; --n) {
      if (testing::random_below(random, 3) == 0) {
        testing::append_utf8(text, special[testing::random_below(random, special.size())]);
        continue;
      }
      const std::string one = testing::random_unicode(random, 1);
      if (is_old(decode_code_point(one, 0).value)) text += one;
    }
    for (const auto& [normalizer, form] : kForms) {
      std::string expected;
      form->normalize(icu::UnicodeString::fromUTF8(text), error).toUTF8String(expected);
      const AlignedText ours = normalize(normalizer, AlignedText(text));
      ASSERT_EQ(ours.bytes(), expected) << ::testing::PrintToString(text);
      AlignedText::Cursor cursor(ours);
      ByteSpan previous;
      for (std::size_t at = 0; at < expected.size(); ++at) {
        const ByteSpan source = cursor.source(at, at + 1);
        ASSERT_LE(previous.begin, source.begin) << ::testing::PrintToString(text);
        ASSERT_LT(source.begin, source.end);
        ASSERT_LE(source.end, text.size());
        previous = source;
      }
    }
  }
}

TEST(AlignedTextTest, LooksSourcesUpInAnyOrder) {
  const std::string text = "ab\xff\u00e9\xe2\x82z";
  const AlignedText aligned(text);
  ASSERT_EQ(aligned.bytes(), "ab\ufffd\u00e9\ufffdz");
  AlignedText::Cursor cursor(aligned);
  EXPECT_EQ(cursor.source(10, 11), (ByteSpan{7, 8}));
  EXPECT_EQ(cursor.source(0, 11), (ByteSpan{0, 8}));
  EXPECT_EQ(cursor.source(3, 4), (ByteSpan{2, 3}));
  EXPECT_EQ(cursor.source(5, 7), (ByteSpan{3, 5}));
  EXPECT_EQ(cursor.source(6, 8), (ByteSpan{3, 7}));
}

}  // namespace
}  // namespace pith
