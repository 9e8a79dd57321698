#include "tokenize/load_byte_bpe.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"
#include "support/show_tokens.h"
#include "support/temp_dir.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

using testing::show_pieces;

/// A tokenizer.json with some of its parts replaced.
struct Parts {
  std::string normalizer = "null";
  std::string pre_tokenizer =
      R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
  std::string post_processor = "null";
  std::string added_tokens =
      R"([{"id": 3, "content": "<s>", "special": true}, {"id": 9, "content": "<mask>", "special": true}])";
  std::string settings =
      R"("dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": "")";
  std::string vocab = R"({"a": 0, "b": 1, "ab": 2, "<s>": 3, "\u0120": 4, "\u0120ab": 5})";
  std::string merges = R"(["a b", "\u0120 ab"])";

  [[nodiscard]] std::string json() const {
    return fmt::format(R"({{"normalizer": {}, "pre_tokenizer": {}, "post_processor": {}, "added_tokens": {},)"
                       R"("model": {{"type": "BPE", {}, "vocab": {}, "merges": {}}}}})",
                       normalizer, pre_tokenizer, post_processor, added_tokens, settings, vocab, merges);
  }
};

Result<std::unique_ptr<Tokenizer>> load(const std::string& json) {
  return load_tokenizer(TokenizerTexts{.tokenizer_json = json}, "folder");
}

TEST(LoadByteBpeTest, ReadsBothSpellingsOfMerges) {
  for (const char* merges : {R"(["a b", "\u0120 ab"])", R"([["a", "b"], ["\u0120", "ab"]])"}) {
    const auto tokenizer = load(Parts{.merges = merges}.json());
    ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
    EXPECT_EQ(show_pieces(**tokenizer, "ab ab a"), "ab \u0120ab \u0120 a");
    EXPECT_EQ((*tokenizer)->vocab_size(), 10u);
    EXPECT_EQ((*tokenizer)->piece(9), "<mask>");
    EXPECT_EQ((*tokenizer)->special_tokens().cls, 3);
    EXPECT_EQ((*tokenizer)->special_tokens().mask, 9);
    EXPECT_EQ((*tokenizer)->special_tokens().unk, kNoToken);
    EXPECT_EQ(show_pieces(**tokenizer, "<s>"), "")
        << "no token for these characters, and special ones are not read from text";
  }
}

TEST(LoadByteBpeTest, ReadsSequencesHoweverNested) {
  const auto tokenizer = load(Parts{
      .normalizer =
          R"({"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Sequence", "normalizers": [{"type": "Lowercase"}]}]})",
      .pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [
          {"type": "Split", "pattern": {"Regex": "b"}, "behavior": "MergedWithPrevious", "invert": false},
          {"type": "Digits", "individual_digits": true},
          {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false}]})",
      .post_processor = R"({"type": "Sequence", "processors": [{"type": "TemplateProcessing"}, {"type": "ByteLevel",
          "add_prefix_space": true, "trim_offsets": true}]})"}
                                  .json());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(show_pieces(**tokenizer, "A\uff42AB"), "\u0120ab \u0120ab");
}

TEST(LoadByteBpeTest, RefusesWhatItDoesNotRead) {
  const auto part = [](std::string_view type) { return fmt::format(R"({{"type": "{}"}})", type); };
  const std::string byte_level = Parts{}.pre_tokenizer;
  const struct {
    Parts parts;
    ErrorCode code;
    std::string message;  // behind the file's name
  } kCases[] = {
      {{.normalizer = part("StripAccents")},
       ErrorCode::kUnsupported,
       "a normalizer of type \"StripAccents\" is not supported; Pith reads NFC, NFD, NFKC, NFKD and Lowercase with "
       "BPE"},
      {{.normalizer = R"({"type": "Sequence", "normalizers": 3})"},
       ErrorCode::kBadModel,
       "\"normalizer.normalizers\" must be an array"},
      {{.normalizer = R"({"type": "Sequence", "normalizers": [3]})"},
       ErrorCode::kBadModel,
       "\"normalizer\" must be an object"},
      {{.pre_tokenizer = part("Metaspace")},
       ErrorCode::kUnsupported,
       "a pre-tokenizer of type \"Metaspace\" is not supported; Pith reads ByteLevel, Split and Digits with BPE"},
      {{.pre_tokenizer = part("ByteLevel")},
       ErrorCode::kBadModel,
       "\"pre_tokenizer.add_prefix_space\" must be true or false"},
      {{.pre_tokenizer = fmt::format(R"({{"type": "Sequence", "pretokenizers": [{0}, {0}]}})", byte_level)},
       ErrorCode::kUnsupported,
       "a pre-tokenizer of type \"ByteLevel\" behind ByteLevel is not supported; Pith reads BPE whose last "
       "pre-tokenizer "
       "is ByteLevel"},
      {{.pre_tokenizer = R"({"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Sideways"})"},
       ErrorCode::kBadModel,
       "\"pre_tokenizer.behavior\" must be Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous"},
      {{.pre_tokenizer = R"({"type": "Split", "pattern": {}, "behavior": "Removed"})"},
       ErrorCode::kBadModel,
       "\"pre_tokenizer.pattern\" must be an object with \"String\" or \"Regex\""},
      {{.pre_tokenizer = R"({"type": "Split", "pattern": {"Regex": "(a+)+b"}, "behavior": "Removed"})"},
       ErrorCode::kBadModel,
       "the pattern \"(a+)+b\" cannot be used: it needs too many steps"},
      {{.pre_tokenizer = R"({"type": "Digits", "individual_digits": 1})"},
       ErrorCode::kBadModel,
       "\"pre_tokenizer.individual_digits\" must be true or false"},
      {{.post_processor = part("Other")},
       ErrorCode::kUnsupported,
       "a post-processor of type \"Other\" is not supported; Pith reads ByteLevel, RobertaProcessing, BertProcessing "
       "and "
       "TemplateProcessing with BPE"},
      {{.settings = R"("dropout": 0.1)"},
       ErrorCode::kUnsupported,
       "\"dropout\" of 0.1 would make tokens random; Pith reads null or 0"},
      {{.settings = R"("dropout": "x")"}, ErrorCode::kBadModel, "\"model.dropout\" must be null or a number"},
      {{.settings = R"("end_of_word_suffix": "</w>")"},
       ErrorCode::kUnsupported,
       "\"end_of_word_suffix\" of \"</w>\" is not supported; Pith reads BPE without"},
      {{.settings = R"("unk_token": "<unk>")"},
       ErrorCode::kBadModel,
       "the unknown token \"<unk>\" is not in the vocabulary"},
      {{.settings = R"("fuse_unk": 1)"}, ErrorCode::kBadModel, "\"model.fuse_unk\" must be true or false"},
      {{.vocab = R"({"a": 0, "b": 0})"}, ErrorCode::kBadModel, "tokens \"a\" and \"b\" share id 0"},
      {{.vocab = R"({"a": 5000000})"},
       ErrorCode::kBadModel,
       "token \"a\" has id 5000000; ids from 0 to 4194303 are allowed"},
      {{.vocab = R"({"a": -1})"}, ErrorCode::kBadModel, "token \"a\" has id -1; ids from 0 to 4194303 are allowed"},
      {{.vocab = "[]"}, ErrorCode::kBadModel, "\"model.vocab\" must be an object of token: id"},
      {{.merges = "{}"}, ErrorCode::kBadModel, "\"model.merges\" must be an array"},
      {{.merges = R"(["a b", "a b c"])"},
       ErrorCode::kBadModel,
       "\"model.merges[1]\" must be \"left right\" or [\"left\", \"right\"]"},
      {{.merges = R"([["a", "b"], ["a"]])"},
       ErrorCode::kBadModel,
       "\"model.merges[1]\" must be \"left right\" or [\"left\", \"right\"]"},
      {{.merges = R"(["a b", "b a"])"},
       ErrorCode::kBadModel,
       "merge 1 joins \"b\" and \"a\", but \"ba\" is not in the vocabulary"},
      {{.merges = R"(["a x"])"},
       ErrorCode::kBadModel,
       "merge 0 joins \"a\" and \"x\", but \"x\" is not in the vocabulary"},
  };
  for (const auto& test : kCases) {
    const auto tokenizer = load(test.parts.json());
    ASSERT_FALSE(tokenizer.has_value()) << test.message;
    EXPECT_EQ(tokenizer.error().code, test.code) << tokenizer.error().message;
    EXPECT_NE(tokenizer.error().message.find(": " + test.message), std::string::npos) << tokenizer.error().message;
    EXPECT_NE(tokenizer.error().message.find("tokenizer.json"), std::string::npos) << tokenizer.error().message;
  }
}

TEST(LoadByteBpeTest, RefusesASequenceWithoutEnd) {
  std::string many = R"({"type": "Sequence", "normalizers": [{"type": "NFC"})";
  for (int i = 0; i < 40; ++i) many += R"(, {"type": "NFC"})";
  const auto tokenizer = load(Parts{.normalizer = many + "]}"}.json());
  ASSERT_FALSE(tokenizer.has_value());
  EXPECT_NE(tokenizer.error().message.find("must be a Sequence of at most 16 parts"), std::string::npos);
}

/// An unknown token that cannot be met need not exist: published files name one that is only an added token.
TEST(LoadByteBpeTest, NeedsNoUnknownTokenWhereEveryByteHasOne) {
  const auto empty = load(Parts{.settings = R"("unk_token": "")"}.json());
  EXPECT_TRUE(empty.has_value());
}

class LoadByteBpeFilesTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Tokenizer>> load_files(const std::string& merges, const std::string& config_json) {
    write_text(dir_ / "vocab.json",
               R"({"<s>": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "\u0120": 6, "\u0120ab": 7, "bc": 8})");
    write_text(dir_ / "merges.txt", merges);
    const json::value config = json::parse(config_json);
    return load_byte_bpe_files(dir_ / "vocab.json", dir_ / "merges.txt", Settings(&config.get_object(), "config.json"));
  }
  const TempDir dir_;
};

TEST_F(LoadByteBpeFilesTest, ReadsTheOlderPairOfFiles) {
  const std::string merges = "#version: 0.2\na b\nab c\n\u0120 ab\na b\n";
  const auto roberta = load_files(merges, "{}");
  ASSERT_TRUE(roberta.has_value()) << roberta.error().message;
  EXPECT_EQ(show_pieces(**roberta, "abc ab"), "abc \u0120ab");
  EXPECT_EQ((*roberta)->special_tokens().cls, 0);
  Encoding encoding;
  (*roberta)->encode("a ab", &encoding);
  EXPECT_EQ(encoding.spans, (std::vector<ByteSpan>{{0, 1}, {2, 4}})) << "RoBERTa trims";
  const auto gpt2 = load_files(merges, R"({"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true})");
  ASSERT_TRUE(gpt2.has_value()) << gpt2.error().message;
  encoding.clear();
  (*gpt2)->encode("ab ab", &encoding);
  EXPECT_EQ(show_pieces(**gpt2, "ab ab"), "\u0120ab \u0120ab");
  EXPECT_EQ(encoding.spans, (std::vector<ByteSpan>{{0, 2}, {2, 5}})) << "GPT-2 does not";
}

/// As transformers does: the first line is a header whatever it says, and what follows the last line end is not read.
TEST_F(LoadByteBpeFilesTest, ReadsLinesAsTransformersDoes) {
  EXPECT_EQ(show_pieces(*load_files("a b\r\nb c\r\n", "{}").value(), "abc"), "a bc");
  EXPECT_EQ(show_pieces(*load_files("#version: 0.2\na b\nab c", "{}").value(), "abc"), "ab c");
}

TEST_F(LoadByteBpeFilesTest, RefusesWhatItCannotRead) {
  const auto line = load_files("#version: 0.2\na b\nab\n", "{}");
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error(),
            (Error{ErrorCode::kBadModel, dir_ / "merges.txt:3: must be two tokens with a space between"}));
  const auto other = load_files("\n", R"({"tokenizer_class": "CLIPTokenizer"})");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(other.error().message.find("CLIPTokenizer"), std::string::npos);
}

}  // namespace
}  // namespace pith
