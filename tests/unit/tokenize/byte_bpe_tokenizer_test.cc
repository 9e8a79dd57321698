#include "tokenize/byte_bpe_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "reference/bpe_pairs_reference.h"
#include "reference/utf8_reference.h"
#include "support/byte_bpe_fixture.h"
#include "support/json_numbers.h"
#include "support/print_error.h"
#include "support/random_text.h"
#include "support/show_tokens.h"
#include "tokenize/byte_level.h"

namespace pith {
namespace {

using testing::encode;
using testing::show_tokens;

using testing::ByteBpeFixture;

const ByteBpeFixture& fixture() { return ByteBpeFixture::instance(); }

/// "Ġa[0,2) b[2,3)"
std::string show(const Tokenizer& tokenizer, std::string_view text) {
  return show_tokens(tokenizer, encode(tokenizer, text));
}

TEST(ByteBpeTokenizerTest, IdsAndSpansAreThoseOfTheReferenceLibrary) {
  EXPECT_GT(fixture().cases().size(), 60u);
  for (const std::string& name : fixture().names()) {
    const auto tokenizer = fixture().load(name);
    EXPECT_EQ(tokenizer->family(), TokenizerFamily::kByteLevelBpe);
    for (const json::value& row : fixture().cases()) {
      const std::string text(row.at("text").as_string());
      const Encoding encoding = encode(*tokenizer, text);
      EXPECT_EQ(encoding.ids, numbers<TokenId>(row.at(name).at("ids"))) << name << ": " << text.substr(0, 100);
      std::vector<std::uint32_t> bounds;
      for (const ByteSpan span : encoding.spans) bounds.insert(bounds.end(), {span.begin, span.end});
      EXPECT_EQ(bounds, numbers<std::uint32_t>(row.at(name).at("spans"))) << name << ": " << text.substr(0, 100);
    }
  }
}

TEST(ByteBpeTokenizerTest, CutsAndSpellsAsRobertaDoes) {
  const auto roberta = fixture().load("RoBERTa");
  EXPECT_EQ(show(*roberta, "the  \u00e9"), "the[0,3) \u0120[4,4) \u0120\u00c3\u00a9[5,7)");
  const auto prefixed = fixture().load("RoBERTa with prefix space");
  EXPECT_EQ(show(*prefixed, "the"), "\u0120the[0,3)");
  EXPECT_EQ(show(*prefixed, " the"), "\u0120the[0,4)") << "the library takes any first space for its own";
  const auto plain = fixture().load("GPT-2");
  EXPECT_EQ(show(*plain, "the  \u00e9"), "the[0,3) \u0120[3,4) \u0120\u00c3\u00a9[4,7)");
}

/// Characters are split among tokens; each of these has the whole character's bytes.
TEST(ByteBpeTokenizerTest, TokensOfOneCharacterShareItsSpan) {
  const auto tokenizer = fixture().load("GPT-2");
  const Encoding encoding = encode(*tokenizer, "a\U0010fffdb");
  ASSERT_GT(encoding.n_tokens(), 3u);
  for (std::size_t i = 1; i + 1 < encoding.n_tokens(); ++i) EXPECT_EQ(encoding.spans[i], (ByteSpan{1, 5}));
}

/// Each broken sequence counts as U+FFFD, and spans stay in the text's own bytes.
TEST(ByteBpeTokenizerTest, TreatsBrokenSequencesAsReplacementCharacters) {
  testing::Random random(31);
  for (const char* name : {"RoBERTa", "ModernBERT", "Llama 3", "RoBERTa with prefix space", "byte fallback"}) {
    const auto tokenizer = fixture().load(name);
    for (int i = 0; i < 400; ++i) {
      const std::string text = testing::random_text(random, testing::random_below(random, 80));
      std::string repaired;
      std::vector<std::uint32_t> origin;  // of each byte of `repaired` and of its end, a place in `text`
      for (std::size_t at = 0; at < text.size();) {
        const reference::Utf8Step step = reference::utf8_step(text, at);
        testing::append_utf8(repaired, step.value);
        while (origin.size() < repaired.size()) origin.push_back(static_cast<std::uint32_t>(at));
        at += step.n_bytes;
      }
      origin.push_back(static_cast<std::uint32_t>(text.size()));
      const Encoding ours = encode(*tokenizer, text);
      Encoding expected = encode(*tokenizer, repaired);
      for (ByteSpan& span : expected.spans) span = {origin[span.begin], origin[span.end]};
      ASSERT_EQ(ours.ids, expected.ids) << name << ::testing::PrintToString(text);
      ASSERT_EQ(ours.spans, expected.spans) << name << ::testing::PrintToString(text);
    }
  }
}

/// Where spans are not trimmed, nothing is lost or doubled: they cover the text, and the pieces spell its bytes.
TEST(ByteBpeTokenizerTest, PiecesSpellTheText) {
  std::vector<int> byte_of(0x144, -1);
  for (int byte = 0; byte < 256; ++byte) byte_of[byte_level_char(static_cast<unsigned char>(byte))] = byte;
  testing::Random random(32);
  for (const char* name : {"GPT-2", "SmolLM2", "Llama 3", "GPT-4o", "GPT-4o by regex", "merged with next"}) {
    const auto tokenizer = fixture().load(name);
    for (int i = 0; i < 300; ++i) {
      std::string text;
      while (text.size() < 60) text += testing::random_unicode(random, 5);
      const Encoding encoding = encode(*tokenizer, text);
      std::string spelled;
      std::uint32_t covered = 0;
      for (std::size_t t = 0; t < encoding.n_tokens(); ++t) {
        const std::string_view piece = tokenizer->piece(encoding.ids[t]);
        for (std::size_t at = 0; at < piece.size();) {
          const reference::Utf8Step step = reference::utf8_step(piece, at);
          spelled += static_cast<char>(byte_of.at(step.value));
          at += step.n_bytes;
        }
        ASSERT_LE(encoding.spans[t].begin, covered) << name;
        ASSERT_LT(encoding.spans[t].begin, encoding.spans[t].end) << name;
        covered = std::max(covered, encoding.spans[t].end);
      }
      ASSERT_EQ(spelled, text) << name;
      ASSERT_EQ(covered, text.size()) << name;
    }
  }
}

/// A word's tokens are what the slow twin merges from its bytes.
TEST(ByteBpeTokenizerTest, MergesAsItsTwinDoes) {
  const auto tokenizer = fixture().load("GPT-2");
  const json::value file = fixture().tokenizer_json("GPT-2");
  std::vector<BpeMergeRule> rules;
  for (const json::value& merge : file.at("model").at("merges").as_array()) {
    std::string left, right;
    if (merge.is_string()) {
      const std::string both(merge.as_string());
      left = both.substr(0, both.find(' '));
      right = both.substr(both.find(' ') + 1);
    } else {
      left = std::string(merge.at(0).as_string());
      right = std::string(merge.at(1).as_string());
    }
    rules.push_back({tokenizer->id_of(left), tokenizer->id_of(right), tokenizer->id_of(left + right)});
  }
  testing::Random random(33);
  for (int i = 0; i < 40; ++i) {
    std::string word;
    while (word.size() < 1 + testing::random_below(random, i < 30 ? 12 : 150)) {
      word += "etaoinshrdlu"[testing::random_below(random, 12)];
    }
    std::vector<TokenId> bytes;
    for (const char c : word) bytes.push_back(tokenizer->id_of(byte_level_spelling(static_cast<unsigned char>(c))));
    std::vector<TokenId> expected;
    for (const auto& token : reference::merge_by_rules(bytes, rules)) expected.push_back(token.id);
    EXPECT_EQ(encode(*tokenizer, word).ids, expected) << word;
    EXPECT_EQ(encode(*tokenizer, word).ids, expected) << word << ", from what the first time left behind";
  }
}

TEST(ByteBpeTokenizerTest, KnowsNoSpecialTokensInText) {
  json::value file = fixture().tokenizer_json("RoBERTa");
  const auto vocab_size = static_cast<std::int64_t>(file.at("model").at("vocab").as_object().size());
  file.at("added_tokens") =
      json::array{json::object{{"id", vocab_size}, {"content", "<mask>"}, {"special", true}, {"lstrip", true}}};
  const auto tokenizer = ByteBpeFixture::load_json(file);
  EXPECT_EQ(tokenizer->special_tokens().mask, vocab_size);
  EXPECT_EQ(tokenizer->piece(static_cast<TokenId>(vocab_size)), "<mask>");
  const auto without = fixture().load("RoBERTa");
  EXPECT_EQ(encode(*tokenizer, "a <mask> b").ids, encode(*without, "a <mask> b").ids);
}

/// With ignore_merges a whole piece is looked up first; that must not let text spell a control token.
TEST(ByteBpeTokenizerTest, LooksUpWholePiecesButNoControlTokens) {
  const auto make = [](bool ignore_merges, bool special) {
    json::value file = json::parse(R"({
      "added_tokens": [{"id": 5, "content": "ab", "special": false}],
      "normalizer": null, "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "Removed"},
      "post_processor": null, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 5}, "merges": []}})");
    file.at("model").as_object()["ignore_merges"] = ignore_merges;
    file.at("added_tokens").at(0).as_object()["special"] = special;
    return ByteBpeFixture::load_json(file);
  };
  EXPECT_EQ(show(*make(false, false), "ab a"), "a[0,1) b[1,2) a[3,4)");
  EXPECT_EQ(show(*make(true, false), "ab a"), "ab[0,2) a[3,4)");
  EXPECT_EQ(show(*make(true, true), "ab a"), "a[0,1) b[1,2) a[3,4)");
}

TEST(ByteBpeTokenizerTest, AppendsToWhatTheEncodingHolds) {
  const auto tokenizer = fixture().load("RoBERTa with prefix space");
  Encoding both = encode(*tokenizer, "one two");
  const Encoding second = encode(*tokenizer, " three");
  tokenizer->encode(" three", &both);
  ASSERT_GE(both.n_tokens(), second.n_tokens());
  const auto tail = static_cast<std::ptrdiff_t>(both.n_tokens() - second.n_tokens());
  EXPECT_TRUE(std::equal(second.ids.begin(), second.ids.end(), both.ids.begin() + tail));
  EXPECT_TRUE(std::equal(second.spans.begin(), second.spans.end(), both.spans.begin() + tail));
}

TEST(ByteBpeTokenizerTest, GivesEveryThreadTheSame) {
  const auto tokenizer = fixture().load("Llama 3");
  const auto texts = fixture().texts();
  const auto all = [&] {
    Encoding encoding;
    for (const std::string& text : texts) tokenizer->encode(text, &encoding);
    return encoding;
  };
  std::vector<Encoding> encodings(4);
  std::vector<std::thread> threads;
  for (Encoding& encoding : encodings) threads.emplace_back([&] { encoding = all(); });
  for (std::thread& thread : threads) thread.join();
  const Encoding expected = all();
  for (const Encoding& encoding : encodings) {
    EXPECT_EQ(encoding.ids, expected.ids);
    EXPECT_EQ(encoding.spans, expected.spans);
  }
}

TEST(ByteBpeTokenizerTest, TakesHundredsOfKilobytesOfAnything) {
  for (const char* name :
       {"RoBERTa with prefix space", "ModernBERT", "NFKC", "SmolLM2", "GPT-4o by regex", "unknown characters, fused"}) {
    const auto tokenizer = fixture().load(name);
    for (const std::string& unit : {std::string("a"), std::string(" "), std::string("\n"), std::string("\u0301"),
                                    std::string("e\u0301"), std::string("\u4e2d"), std::string("\xff"),
                                    std::string("1"), std::string("'s"), std::string("\ufdfa"), std::string(1, '\0')}) {
      std::string text;
      while (text.size() < (unit == "a" ? 400000u : 50000u)) text += unit;
      EXPECT_GT(encode(*tokenizer, text).n_tokens(), 0u) << name;
    }
  }
}

}  // namespace
}  // namespace pith
