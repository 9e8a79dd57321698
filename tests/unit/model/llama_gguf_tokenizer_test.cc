#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/llama/gguf_tokenizer.h"
#include "support/gguf_bytes.h"
#include "support/smollm2.h"
#include "tokenize/byte_level.h"

namespace pith {
namespace {

/// A header with a token for every byte, then `more`, and `merges`.
std::string tiny_file(const std::string& model, const std::string& pre, const std::vector<std::string>& more,
                      const std::vector<std::string>& merges) {
  GgufBytes out;
  out.head(0, 4).text_key("tokenizer.ggml.model", model).text_key("tokenizer.ggml.pre", pre);
  out.text("tokenizer.ggml.tokens").u32(9).u32(8).u64(256 + more.size());
  for (unsigned byte = 0; byte < 256; ++byte) out.text(byte_level_spelling(static_cast<unsigned char>(byte)));
  for (const auto& token : more) out.text(token);
  out.text("tokenizer.ggml.merges").u32(9).u32(8).u64(merges.size());
  for (const auto& merge : merges) out.text(merge);
  out.pad();
  return out.bytes;
}

Result<std::unique_ptr<Tokenizer>> load(const std::string& bytes) {
  const auto file = GgufFile::parse(bytes, "tiny.gguf");
  if (!file) return tl::unexpected(file.error());
  return load_gguf_tokenizer(*file);
}

std::string bytes_of(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::string bytes;
  for (const TokenId id : encoding.ids) tokenizer.append_bytes(id, &bytes);
  return bytes;
}

TEST(GgufTokenizer, MergesAndGivesBackTheBytes) {
  for (const std::string pre : {"gpt-2", "default", "smollm", "llama-bpe", "qwen2", "gpt-4o"}) {
    const auto tokenizer = load(tiny_file("gpt2", pre, {"ab", "\u0120ab"}, {"a b", "\u0120 ab"}));
    ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
    Encoding encoding;
    const std::string text = "ab ab\n12 \u00E9\u4E2D";
    (*tokenizer)->encode(text, &encoding);
    ASSERT_GE(encoding.n_tokens(), 2U);
    EXPECT_EQ(encoding.ids[0], 256) << pre;
    EXPECT_EQ(encoding.ids[1], 257) << pre;
    EXPECT_EQ(bytes_of(**tokenizer, encoding), text) << pre;
  }
}

TEST(GgufTokenizer, OtherKindsAreNamedInTheError) {
  const auto model = load(tiny_file("rwkv", "default", {}, {}));
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(model.error().message.find("rwkv"), std::string::npos);
  const auto pre = load(tiny_file("gpt2", "klingon", {}, {}));
  ASSERT_FALSE(pre.has_value());
  EXPECT_EQ(pre.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(pre.error().message.find("klingon"), std::string::npos);
}

TEST(GgufTokenizer, BadMergesAreBadModels) {
  for (const std::string merge : {"a", "a b c", "a b", "zz b"}) {
    const auto tokenizer = load(tiny_file("gpt2", "default", {}, {merge}));
    ASSERT_FALSE(tokenizer.has_value()) << merge;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::kBadModel) << merge;
  }
}

TEST(GgufTokenizer, ReadsSmolLm2) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  const auto file = GgufFile::open(*path);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const auto tokenizer = load_gguf_tokenizer(*file);
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->vocab_size(), 49152U);
  EXPECT_EQ((*tokenizer)->special_tokens().cls, 1);
  EXPECT_EQ(read_gguf_bos(*file).value(), kNoToken);
  Encoding encoding;
  const std::string text = "The 2024 report: <|im_start|> caf\u00E9, \u4E2D\u6587.\n";
  (*tokenizer)->encode(text, &encoding);
  EXPECT_EQ(bytes_of(**tokenizer, encoding), text);
  for (const TokenId id : encoding.ids) EXPECT_NE(id, 1);
}

}  // namespace
}  // namespace pith
