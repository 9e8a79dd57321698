#include "tokenize/sentencepiece_normalizer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/charsmap_builder.h"
#include "support/print_error.h"
#include "tokenize/metaspace.h"

namespace pith {
namespace {

using Step = SentencePieceNormalizer::Step;

std::vector<Step> steps(Step first) {
  std::vector<Step> out;
  out.push_back(std::move(first));
  return out;
}

/// "a[0,1) b[1,3)": the characters with their sources.
std::string show(const AlignedText& text) {
  const std::string_view bytes = text.bytes();
  AlignedText::Cursor cursor(text);
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t end = at + 1;
    while (end < bytes.size() && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80) ++end;
    const ByteSpan source = cursor.source(at, end);
    if (at > 0) out += " ";
    out += std::string(bytes.substr(at, end - at)) + "[" + std::to_string(source.begin) + "," +
           std::to_string(source.end) + ")";
    at = end;
  }
  return out;
}

std::string normalized(Step step, std::string_view text) {
  return show(SentencePieceNormalizer(steps(std::move(step))).apply(text));
}

TEST(SentencePieceNormalizerTest, StripsWhiteSpaceAtTheEndsAskedFor) {
  EXPECT_EQ(normalized(StripStep{true, true}, " \u3000a b\t\n"), "a[4,5)  [5,6) b[6,7)");
  EXPECT_EQ(normalized(StripStep{false, true}, " a\u00a0"), " [0,1) a[1,2)");
  EXPECT_EQ(normalized(StripStep{true, false}, " a "), "a[1,2)  [2,3)");
  EXPECT_EQ(normalized(StripStep{true, true}, " \n "), "");
}

TEST(SentencePieceNormalizerTest, ReplacesStringsAndRunsOfSpaces) {
  EXPECT_EQ(normalized(ReplaceStep{"ab", false, "xé"}, "aabab"), "a[0,1) x[2,3) é[2,3) x[4,5) é[4,5)");
  EXPECT_EQ(normalized(ReplaceStep{"aa", false, ""}, "aaab"), "a[2,3) b[3,4)");
  EXPECT_EQ(normalized(ReplaceStep{" ", true, "▁"}, "a b  c   "), "a[0,1)  [1,2) b[2,3) ▁[4,5) c[5,6) ▁[8,9)");
}

TEST(SentencePieceNormalizerTest, PrependsToTextsThatAreNotEmpty) {
  EXPECT_EQ(normalized(PrependStep{"▁"}, "éa"), "▁[0,2) é[0,2) a[2,3)");
  EXPECT_EQ(normalized(PrependStep{"▁"}, ""), "");
}

TEST(SentencePieceNormalizerTest, RunsItsStepsInOrder) {
  std::vector<Step> list;
  list.emplace_back(Charsmap::parse(testing::base64(testing::pack_charsmap({{"\t", " "}})), "test").value());
  list.emplace_back(StripStep{false, true});
  list.emplace_back(ReplaceStep{" ", true, "▁"});
  list.emplace_back(TextNormalizer::kLowercase);
  EXPECT_EQ(show(SentencePieceNormalizer(std::move(list)).apply("A\t \xFF \t")), "a[0,1) ▁[2,3) \ufffd[3,4)");
}

/// Words with their prefix in brackets.
std::vector<std::string> words(const MetaspaceOptions& options, std::string_view text) {
  const MetaspaceSplitter splitter(options);
  AlignedText aligned(text);
  if (auto marked = splitter.mark_spaces(aligned)) aligned = std::move(*marked);
  std::vector<std::string> out;
  splitter.for_each_word(aligned, [&](std::string_view prefix, std::size_t begin, std::size_t end) {
    std::string& word = out.emplace_back();
    if (!prefix.empty()) word.append("(").append(prefix).append(")");
    word += aligned.bytes().substr(begin, end - begin);
  });
  return out;
}

TEST(MetaspaceTest, CutsTextsIntoWordsWithTheirSpaces) {
  using Words = std::vector<std::string>;
  const auto metaspace = [](bool whitespace, PrependScheme scheme, bool split) {
    return MetaspaceOptions{whitespace, Metaspace{"▁", scheme, split}};
  };
  using enum PrependScheme;
  EXPECT_EQ(words(metaspace(true, kAlways, true), " a  b▁c\u3000"), (Words{"(▁)a", "(▁)b", "▁c"}));
  EXPECT_EQ(words(metaspace(true, kAlways, true), "▁a ▁"), (Words{"▁a", "▁"}));
  EXPECT_EQ(words(metaspace(true, kFirst, true), "a b"), (Words{"(▁)a", "b"}));
  EXPECT_EQ(words(metaspace(true, kFirst, true), " a b"), (Words{"a", "b"}));
  EXPECT_EQ(words(metaspace(true, kNever, false), "a▁ b"), (Words{"a▁", "b"}));
  EXPECT_EQ(words(metaspace(false, kAlways, true), "a  b "), (Words{"(▁)a", "▁", "▁b", "▁"}));
  EXPECT_EQ(words(metaspace(false, kAlways, false), "a  b"), (Words{"(▁)a▁▁b"}));
  EXPECT_EQ(words(metaspace(false, kAlways, true), ""), Words{});
  EXPECT_EQ(words(metaspace(true, kAlways, true), " \n"), Words{});
  EXPECT_EQ(words({true, std::nullopt}, " a\u00a0b "), (Words{"a", "b"}));
  EXPECT_EQ(words({false, std::nullopt}, " a b"), (Words{" a b"}));
}

}  // namespace
}  // namespace pith
