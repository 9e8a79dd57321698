#include "tokenize/load_unigram.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "support/charsmap_builder.h"
#include "support/print_error.h"
#include "support/show_tokens.h"
#include "support/temp_dir.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

using testing::show_pieces;

std::string small_json() {
  return R"({"added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 3, "content": "<unk>", "special": true},
                              {"id": 9, "content": "<new>", "special": false}],
  "normalizer": {"type": "Precompiled", "precompiled_charsmap": ")" +
         testing::base64(testing::pack_charsmap({{"\t", " "}, {"\ufb01", "fi"}})) + R"("},
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
                    {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": true, "prepend_scheme": "always"}]},
  "post_processor": {"type": "TemplateProcessing"},
  "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": false,
            "vocab": [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0], ["<unk>", 0.0], ["\u2581", -2.5], ["a", -3], ["fi", -4],
                      ["\u2581a", -4e0], ["<mask>", 0.0]]}
})";
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text = small_json();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Result<std::unique_ptr<Tokenizer>> load(const std::string& json) {
  const TempDir dir;
  write_text(dir / "tokenizer.json", json);
  auto tokenizer = load_tokenizer(dir.path());
  if (!tokenizer) {  // without the folder's name
    std::string message = tokenizer.error().message;
    if (message.starts_with(dir.path())) message.erase(0, dir.path().size() + 1);
    return fail(tokenizer.error().code, message);
  }
  return tokenizer;
}

TEST(LoadUnigramTest, ReadsTokenizerJson) {
  const auto tokenizer = load(small_json());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(show_pieces(**tokenizer, "a\ta\ufb01 q"), "▁a ▁a fi ▁ <unk>");
  EXPECT_EQ((*tokenizer)->vocab_size(), 10u);
  EXPECT_EQ((*tokenizer)->piece(9), "<new>");
  EXPECT_EQ((*tokenizer)->family(), TokenizerFamily::kUnigram);
  const SpecialTokens& special = (*tokenizer)->special_tokens();
  EXPECT_EQ(special.cls, 0);
  EXPECT_EQ(special.pad, 1);
  EXPECT_EQ(special.sep, 2);
  EXPECT_EQ(special.unk, 3);
  EXPECT_EQ(special.mask, 8);
}

TEST(LoadUnigramTest, LetsNoTextMatchControlPieces) {
  const auto tokenizer = load(small_json());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  for (const char* text : {"<s>", "</s>", "<mask>", "<pad>", "<unk>"}) {
    EXPECT_EQ(show_pieces(**tokenizer, text),
              std::string_view(text).find('a') == std::string_view::npos ? "▁ <unk>" : "▁ <unk> a <unk>")
        << text;
  }
  EXPECT_EQ((*tokenizer)->id_of("<mask>"), 8);
}

TEST(LoadUnigramTest, ReadsNamesOfSpecialTokensFromEitherFile) {
  const TempDir dir;
  write_text(dir / "tokenizer.json", small_json());
  write_text(dir / "tokenizer_config.json", R"({"cls_token": "</s>"})");
  write_text(dir / "special_tokens_map.json", R"({"cls_token": "a", "sep_token": {"content": "<s>"}})");
  const auto tokenizer = load_tokenizer(dir.path());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->special_tokens().cls, 2);
  EXPECT_EQ((*tokenizer)->special_tokens().sep, 0);
  EXPECT_EQ((*tokenizer)->special_tokens().pad, 1);
}

TEST(LoadUnigramTest, ReadsOtherShapes) {
  const std::string marks = R"("pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581")";
  const std::string pre_tokenizer =
      small_json().substr(small_json().find(R"("pre_tokenizer")"),
                          small_json().find(R"("post_processor")") - small_json().find(R"("pre_tokenizer")"));
  const std::string normalizer =
      small_json().substr(small_json().find(R"("normalizer")"),
                          small_json().find(R"("pre_tokenizer")") - small_json().find(R"("normalizer")"));
  const struct {
    std::string from, to;
    std::string pieces;  // of "a a"
  } kCases[] = {
      {pre_tokenizer, marks + "},", "▁a ▁a"},
      {pre_tokenizer, marks + R"(, "add_prefix_space": false},)", "a ▁a"},
      {pre_tokenizer, marks + R"(, "prepend_scheme": "never", "split": false},)", "a ▁a"},
      {pre_tokenizer, marks + R"(, "prepend_scheme": "first"},)", "▁a ▁a"},
      {pre_tokenizer, R"("pre_tokenizer": {"type": "WhitespaceSplit"},)", "a a"},
      {pre_tokenizer, R"("pre_tokenizer": null,)", "a <unk> a"},
      {normalizer, R"("normalizer": null,)", "▁a ▁a"},
      {normalizer,
       R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": false, "strip_right": true},
          {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "q"}, {"type": "Lowercase"}, {"type": "NFKC"},
          {"type": "Replace", "pattern": {"String": " "}, "content": ""}, {"type": "Prepend", "prepend": "fi"}]},)",
       "▁ fi a a"},
      {R"("byte_fallback": false,)", "", "▁a ▁a"},
  };
  for (const auto& test : kCases) {
    const auto tokenizer = load(changed(test.from, test.to));
    ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
    EXPECT_EQ(show_pieces(**tokenizer, "a a"), test.pieces) << test.to;
  }
}

TEST(LoadUnigramTest, RefusesWhatItCannotReadAndSaysWhere) {
  constexpr ErrorCode kBad = ErrorCode::kBadModel;
  constexpr ErrorCode kUnsupported = ErrorCode::kUnsupported;
  const struct {
    std::string from, to;
    ErrorCode code;
    std::string message;
  } kCases[] = {
      {R"(["a", -3])", R"(["a", "-3"])", kBad, R"("model.vocab[5]" must be [piece, score])"},
      {R"(["a", -3])", R"(["a", -3, 1])", kBad, R"("model.vocab[5]" must be [piece, score])"},
      {R"(["a", -3])", R"({"a": -3})", kBad, R"("model.vocab[5]" must be [piece, score])"},
      {R"(["a", -3])", R"(["a", 1e999])", kBad, R"("model.vocab[5][1]" must be a finite number)"},
      {R"(["a", -3])", fmt::format(R"(["{:a>1025}", -3])", ""), kBad,
       R"("model.vocab[5]" must be a piece of at most 1024 bytes)"},
      {R"("unk_id": 3)", R"("unk_id": 9)", kBad, R"("model.unk_id" must be a whole number from 0 to 8)"},
      {R"("unk_id": 3)", R"("unk_id": -1)", kBad, R"("model.unk_id" must be a whole number from 0 to 8)"},
      {R"("unk_id": 3)", R"("unk_id": null)", kBad, R"("model.unk_id" must be the id of the unknown token)"},
      {R"("byte_fallback": false)", R"("byte_fallback": 0)", kBad, R"("model.byte_fallback" must be true or false)"},
      {R"("vocab": [)", R"("vocab": [], "voc": [)", kBad,
       R"("model.vocab" must be an array of at least one [piece, score])"},
      {R"("vocab": [)", R"("vocab": {}, "voc": [)", kBad,
       R"("model.vocab" must be an array of at least one [piece, score])"},
      {R"("id": 9)", R"("id": 99999999)", kBad, "token \"<new>\" has id 99999999; ids from 0 to 4194303 are allowed"},
      {R"("id": 9)", R"("id": 1e40)", kBad, "the id of token \"<new>\" is not a number"},
      {R"("special": false)", R"("special": 0)", kBad, R"("added_tokens.special" must be true or false)"},
      {R"({"type": "WhitespaceSplit"})", R"({"type": "Whitespace"})", kUnsupported,
       "a pre-tokenizer of type \"Whitespace\" is not supported; Pith reads WhitespaceSplit, Metaspace and the two in "
       "that order with Unigram"},
      {R"([{"type": "WhitespaceSplit"},)", "[3,", kBad, R"("pre_tokenizer.pretokenizers" must be an array of objects)"},
      {R"("pretokenizers")", R"("pretokenisers")", kBad, R"("pre_tokenizer.pretokenizers" must be an array)"},
      {R"("replacement": "\u2581")", R"("replacement": "__")", kBad,
       R"("pre_tokenizer.pretokenizers[1].replacement" must be one character)"},
      {R"("prepend_scheme": "always")", R"("prepend_scheme": "last")", kBad,
       R"("pre_tokenizer.pretokenizers[1].prepend_scheme" must be "always", "first" or "never")"},
      {R"("add_prefix_space": true)", R"("add_prefix_space": false)", kBad,
       R"("pre_tokenizer.pretokenizers[1].add_prefix_space" must be true, as "prepend_scheme" is "always")"},
      {R"("precompiled_charsmap": ")", R"("precompiled_charsmap": "!)", kBad, "precompiled_charsmap is not base64"},
      {R"("precompiled_charsmap")", R"("charsmap")", kBad, "precompiled_charsmap is too short"},
      {R"("type": "Precompiled")", R"("type": "StripAccents")", kUnsupported,
       "a normalizer of type \"StripAccents\" is not supported; Pith reads Precompiled, Strip, Replace, Prepend, "
       "Lowercase, NFC, NFD, NFKC, NFKD and Sequence with Unigram"},
      {R"("type": "Precompiled")", R"("type": "Replace", "pattern": {"Regex": "a+"}, "content": "")", kUnsupported,
       "a Replace with a regular expression of type \"a+\" is not supported; Pith reads strings and \" {2,}\""},
      {R"("type": "Precompiled")", R"("type": "Replace", "pattern": {"String": ""}, "content": "")", kBad,
       R"("normalizer.pattern" must be an object with a "String" or a "Regex")"},
  };
  for (const auto& test : kCases) {
    const auto tokenizer = load(changed(test.from, test.to));
    ASSERT_FALSE(tokenizer.has_value()) << test.to;
    EXPECT_EQ(tokenizer.error(), (Error{test.code, "tokenizer.json: " + test.message})) << test.to;
  }
}

TEST(LoadUnigramTest, RefusesEveryTruncation) {
  const std::string whole = small_json();
  const TempDir dir;
  for (std::size_t n = 0; n + 1 < whole.size(); n += 97) {
    write_text(dir / "tokenizer.json", std::string_view(whole).substr(0, n));
    EXPECT_FALSE(load_tokenizer(dir.path()).has_value()) << n;
  }
}

}  // namespace
}  // namespace pith
