#include "tokenize/load_tokenizer.h"

#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"
#include "support/show_tokens.h"
#include "support/temp_dir.h"
#include "tokenize/wordpiece.h"

namespace pith {
namespace {

using testing::show_pieces;

constexpr const char* kSmallJson = R"({
  "version": "1.0",
  "truncation": {"max_length": 2},
  "added_tokens": [{"id": 2, "content": "[CLS]", "special": true}, {"id": 9, "content": "[NEW0]", "special": true}],
  "normalizer": NORMALIZER,
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "TemplateProcessing"},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 5,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##b": 5, "A": 6, "\u00e9": 7, "e": 8}}
})";

std::string small_json(const std::string& normalizer) {
  std::string text = kSmallJson;
  text.replace(text.find("NORMALIZER"), 10, normalizer);
  return text;
}

std::string bert(const std::string& settings) { return R"({"type": "BertNormalizer", )" + settings + "}"; }

TEST(LoadTokenizerTest, ReadsTokenizerJson) {
  const TempDir dir;
  write_text(dir / "tokenizer.json", small_json(bert(R"("lowercase": true, "strip_accents": null)")));
  const auto tokenizer = load_tokenizer(dir.path());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(show_pieces(**tokenizer, "Ab \u00c9 aaaaaa aa"), "a ##b e [UNK] [UNK]");
  EXPECT_EQ((*tokenizer)->vocab_size(), 10u);
  EXPECT_EQ((*tokenizer)->piece(9), "[NEW0]");
  const SpecialTokens& special = (*tokenizer)->special_tokens();
  EXPECT_EQ(special.cls, 2);
  EXPECT_EQ(special.sep, 3);
  EXPECT_EQ(special.pad, 0);
  EXPECT_EQ(special.unk, 1);
  EXPECT_EQ(special.mask, kNoToken);
}

TEST(LoadTokenizerTest, FollowsTheNormalizersSettings) {
  const struct {
    std::string normalizer;
    std::string pieces;  // of "Ab É a\x01b 中"
  } kCases[] = {
      {bert(R"("lowercase": true)"), "a ##b e a ##b [UNK]"},
      {bert(R"("lowercase": true, "strip_accents": false)"), "a ##b \u00e9 a ##b [UNK]"},
      {bert(R"("lowercase": false)"), "A ##b [UNK] a ##b [UNK]"},
      {bert(R"("lowercase": false, "strip_accents": true)"), "A ##b [UNK] a ##b [UNK]"},
      {bert(R"("lowercase": true, "clean_text": false)"), "a ##b e [UNK] [UNK]"},
      {"null", "A ##b [UNK] [UNK] [UNK]"},
  };
  for (const auto& test : kCases) {
    const TempDir dir;
    write_text(dir / "tokenizer.json", small_json(test.normalizer));
    const auto tokenizer = load_tokenizer(dir.path());
    ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
    EXPECT_EQ(show_pieces(**tokenizer,
                          "Ab \u00c9 a\x01"
                          "b \u4e2d"),
              test.pieces)
        << test.normalizer;
  }
}

TEST(LoadTokenizerTest, ReadsSpecialTokenNamesFromTheConfig) {
  const TempDir dir;
  write_text(dir / "tokenizer.json", small_json("null"));
  write_text(dir / "tokenizer_config.json",
             R"({"cls_token": "a", "sep_token": {"content": "A", "lstrip": false}, "pad_token": null})");
  const auto tokenizer = load_tokenizer(dir.path());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->special_tokens().cls, 4);
  EXPECT_EQ((*tokenizer)->special_tokens().sep, 6);
  EXPECT_EQ((*tokenizer)->special_tokens().pad, 0);
}

TEST(LoadTokenizerTest, ReadsVocabTxtWithItsConfig) {
  const std::string vocab = "[PAD]\n[UNK]\r\n[CLS]\n[SEP]\na\n##b\nA\n\u00e9\ne";
  const struct {
    const char* config;
    std::string pieces;  // of "Ab É"
  } kCases[] = {
      {"{}", "a ##b e"},
      {R"({"do_lower_case": true, "strip_accents": false, "tokenizer_class": "BertTokenizerFast"})", "a ##b \u00e9"},
      {R"({"do_lower_case": false, "tokenizer_class": "DistilBertTokenizer"})", "A ##b [UNK]"},
  };
  for (const auto& test : kCases) {
    const TempDir dir;
    write_text(dir / "vocab.txt", vocab);
    write_text(dir / "tokenizer_config.json", test.config);
    const auto tokenizer = load_tokenizer(dir.path());
    ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
    EXPECT_EQ((*tokenizer)->vocab_size(), 9u);
    EXPECT_EQ(show_pieces(**tokenizer, "Ab \u00c9"), test.pieces) << test.config;
  }
  const TempDir dir;  // no config at all
  write_text(dir / "vocab.txt", vocab);
  const auto tokenizer = load_tokenizer(dir.path());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(show_pieces(**tokenizer, "Ab"), "a ##b");
}

TEST(LoadTokenizerTest, ReadsTheDefaultModels) {
  const auto tokenizer = load_tokenizer(PITH_SOURCE_DIR "/models/default");
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->vocab_size(), 30522u);
  EXPECT_EQ((*tokenizer)->special_tokens().cls, 101);
  EXPECT_EQ((*tokenizer)->special_tokens().sep, 102);
  EXPECT_EQ((*tokenizer)->special_tokens().pad, 0);
  EXPECT_EQ((*tokenizer)->special_tokens().unk, 100);
  EXPECT_EQ((*tokenizer)->special_tokens().mask, 103);
  EXPECT_EQ(show_pieces(**tokenizer, "Tokenization, it works!"), "token ##ization , it works !");
}

TEST(LoadTokenizerTest, RefusesOtherKindsByName) {
  const auto with = [](std::string from, const std::string& to) {
    std::string text = small_json("null");
    return text.replace(text.find(from), from.size(), to);
  };
  const struct {
    const char* file;
    std::string content;
    ErrorCode code;
    std::string message;  // behind the folder's name
  } kCases[] = {
      {"tokenizer.json", with(R"("type": "WordPiece")", R"("type": "WordLevel")"), ErrorCode::kUnsupported,
       "/tokenizer.json: a model of type \"WordLevel\" is not supported; Pith reads WordPiece, Unigram and BPE models"},
      {"tokenizer.json", with(R"("type": "WordPiece", )", ""), ErrorCode::kUnsupported,
       "/tokenizer.json: a model of type \"(none)\" is not supported; Pith reads WordPiece, Unigram and BPE models"},
      {"tokenizer.json", small_json(R"({"type": "Lowercase"})"), ErrorCode::kUnsupported,
       "/tokenizer.json: a normalizer of type \"Lowercase\" is not supported; Pith reads BertNormalizer with "
       "WordPiece"},
      {"tokenizer.json", with("BertPreTokenizer", "Whitespace"), ErrorCode::kUnsupported,
       "/tokenizer.json: a pre-tokenizer of type \"Whitespace\" is not supported; Pith reads "
       "BertPreTokenizer with WordPiece"},
      {"tokenizer.json", with(R"("a": 4)", R"("a": "four")"), ErrorCode::kBadModel,
       "/tokenizer.json: the id of token \"a\" is not a number"},
      {"tokenizer.json", with(R"("unk_token": "[UNK]")", R"("unk_token": "<unk>")"), ErrorCode::kBadModel,
       "/tokenizer.json: the unknown token \"<unk>\" is not in the vocabulary"},
      {"tokenizer.json", with(R"("max_input_chars_per_word": 5)", R"("max_input_chars_per_word": -5)"),
       ErrorCode::kBadModel,
       "/tokenizer.json: \"model.max_input_chars_per_word\" must be a whole number from 0 to 4294967295"},
      {"tokenizer.json", small_json(bert(R"("lowercase": "yes")")), ErrorCode::kBadModel,
       "/tokenizer.json: \"normalizer.lowercase\" must be true or false"},
      {"tokenizer.json", with(R"("id": 9, )", ""), ErrorCode::kBadModel,
       "/tokenizer.json: \"added_tokens\" must be an array of objects with \"content\" and \"id\""},
      {"tokenizer.json", "[1]", ErrorCode::kBadModel, "/tokenizer.json: must hold a JSON object"},
      {"tokenizer.json", R"({"model": 3})", ErrorCode::kBadModel, "/tokenizer.json: \"model\" must be an object"},
      {"vocab.txt", "", ErrorCode::kBadModel, "/vocab.txt: the vocabulary is empty"},
      {"spiece.model", "x", ErrorCode::kUnsupported,
       "/spiece.model: a tokenizer of type \"SentencePiece\" is not supported; Pith reads tokenizer.json"},
      {"other", "x", ErrorCode::kNotFound,
       ": no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt in this folder"},
  };
  for (const auto& test : kCases) {
    const TempDir dir;
    write_text(dir / test.file, test.content);
    const auto tokenizer = load_tokenizer(dir.path());
    ASSERT_FALSE(tokenizer.has_value()) << test.message;
    EXPECT_EQ(tokenizer.error(), (Error{test.code, dir.path() + test.message}));
  }
}

TEST(LoadTokenizerTest, RefusesVocabTxtOfAnotherFamily) {
  const TempDir dir;
  write_text(dir / "vocab.txt", "[UNK]\na");
  write_text(dir / "tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})");
  const auto japanese = load_tokenizer(dir.path());
  ASSERT_FALSE(japanese.has_value());
  EXPECT_EQ(japanese.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(japanese.error().message.find("BertJapaneseTokenizer"), std::string::npos);
  write_text(dir / "tokenizer_config.json", R"({"do_basic_tokenize": false})");
  EXPECT_EQ(load_tokenizer(dir.path()).error().code, ErrorCode::kUnsupported);
}

TEST(LoadTokenizerTest, PointsAtTheSyntaxError) {
  const TempDir dir;
  write_text(dir / "tokenizer.json", "{\n  \"model\": {,}\n}");
  const auto tokenizer = load_tokenizer(dir.path());
  ASSERT_FALSE(tokenizer.has_value());
  EXPECT_EQ(tokenizer.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(tokenizer.error().message.substr(0, dir.path().size() + 20), dir.path() + "/tokenizer.json:2:13");
}

/// Cutting the file anywhere must give an error, never a crash or half a tokenizer.
TEST(LoadTokenizerTest, RefusesEveryTruncation) {
  const std::string whole = small_json(bert(R"("lowercase": true)"));
  const TempDir dir;
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    write_text(dir / "tokenizer.json", std::string_view(whole).substr(0, n));
    EXPECT_FALSE(load_tokenizer(dir.path()).has_value()) << n;
  }
}

}  // namespace
}  // namespace pith
