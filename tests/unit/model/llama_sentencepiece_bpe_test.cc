#include <gtest/gtest.h>
#include <llama.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_tokenizer.h"
#include "support/print_error.h"
#include "support/random_text.h"
#include "support/temp_dir.h"
#include "support/tiny_causal_gguf.h"
#include "tokenize/sentencepiece_bpe.h"

namespace pith {
namespace {

using Pieces = std::vector<std::pair<std::string, float>>;

Result<std::unique_ptr<Tokenizer>> load(const std::string& bytes) {
  const auto file = GgufFile::parse(bytes, "tiny.gguf");
  if (!file) return tl::unexpected(file.error());
  return load_gguf_tokenizer(*file);
}

std::vector<std::string> pieces_of(const Tokenizer& tokenizer, const std::string& text,
                                   std::vector<ByteSpan>* spans = nullptr) {
  Encoding encoding;
  tokenizer.encode(text, &encoding);
  std::vector<std::string> pieces;
  for (const TokenId id : encoding.ids) pieces.emplace_back(tokenizer.piece(id));
  if (spans != nullptr) *spans = encoding.spans;
  return pieces;
}

TEST(SentencePieceBpe, JoinsByScoreAndSpellsTheRestAsBytes) {
  const auto loaded = load(tiny_sentencepiece_gguf());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const Tokenizer& tokenizer = **loaded;
  using List = std::vector<std::string>;
  std::vector<ByteSpan> spans;
  EXPECT_EQ(pieces_of(tokenizer, "ab ab"), (List{"\u2581ab", "\u2581ab"}));
  EXPECT_EQ(pieces_of(tokenizer, "aab"), (List{"\u2581a", "ab"}));
  EXPECT_EQ(pieces_of(tokenizer, "b\u00E9", &spans), (List{"\u2581", "b", "<0xC3>", "<0xA9>"}));
  EXPECT_EQ(spans, (std::vector<ByteSpan>{{0, 1}, {0, 1}, {1, 3}, {1, 3}}));
  EXPECT_EQ(pieces_of(tokenizer, "\xC3"), (List{"\u2581", "<0xEF>", "<0xBF>", "<0xBD>"}));
  EXPECT_EQ(pieces_of(tokenizer, ""), List{});
  EXPECT_EQ(pieces_of(tokenizer, "<s>").front(), "\u2581");  // control tokens are not read from texts
  EXPECT_EQ(tokenizer.special_tokens().cls, 1);
  std::string bytes;
  for (const char* piece : {"\u2581ab", "<0xC3>", "<0xA9>", "a"}) {
    tokenizer.append_bytes(tokenizer.id_of(piece), &bytes);
  }
  EXPECT_EQ(bytes, " ab\u00E9a");
}

TEST(SentencePieceBpe, BosIsThereUnlessTheFileSaysNo) {
  const std::string bytes = tiny_sentencepiece_gguf();
  EXPECT_EQ(read_gguf_bos(*GgufFile::parse(bytes, "tiny.gguf")).value(), 1);
}

TEST(SentencePieceBpe, DamagedVocabulariesAreNamed) {
  EXPECT_EQ(load(tiny_sentencepiece_gguf({{"a", std::numeric_limits<float>::infinity()}})).error().message,
            "tiny.gguf: a score is not a number");
  std::string bytes = tiny_sentencepiece_gguf();
  bytes.replace(bytes.find("<0x41>"), 6, "<0x42>");
  EXPECT_NE(load(bytes).error().message.find("one token <0xHH>, of type 6, for each of the 256 bytes"),
            std::string::npos);
}

/// Pieces as merging makes them, of characters that not all have tokens, with many equal scores.
Pieces random_pieces(testing::Random& random) {
  const std::vector<std::string> characters{"a", "b", "c", "\u2581", "\u00E9", "\u4E2D"};
  Pieces pieces;
  std::vector<std::string> known = characters;
  for (const std::string& c : characters) {
    if (testing::random_below(random, 4) != 0) pieces.emplace_back(c, -100.0F);
  }
  for (std::size_t i = 0; i < 60; ++i) {
    const std::string piece =
        known[testing::random_below(random, known.size())] + known[testing::random_below(random, known.size())];
    if (piece.size() > 20 || std::ranges::find(known, piece) != known.end()) continue;
    known.push_back(piece);
    pieces.emplace_back(piece, -static_cast<float>(testing::random_below(random, 12)));
  }
  return pieces;
}

TEST(SentencePieceBpe, AgreesWithLlamaCpp) {
  ASSERT_TRUE(ggml_devices().has_value());
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);  // it tells every key
  testing::Random random(7);
  const std::vector<std::string> parts{"a", "b", "c", " ", "  ", "ab", "\u00E9", "\u4E2D", "\n", "x", "\U0001F600"};
  for (int round = 0; round < 20; ++round) {
    const TempDir dir;
    const std::string bytes = tiny_sentencepiece_gguf(random_pieces(random));
    write_text(dir / "v.gguf", bytes);
    const auto loaded = load(bytes);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    const std::unique_ptr<llama_model, decltype(&llama_model_free)> model(
        llama_model_load_from_file((dir / "v.gguf").c_str(), params), llama_model_free);
    ASSERT_NE(model, nullptr);
    for (int i = 0; i < 50; ++i) {
      std::string text;
      for (std::size_t n = testing::random_below(random, i == 0 ? 2000 : 40); n > 0; --n) {
        text += parts[testing::random_below(random, parts.size())];
      }
      std::vector<llama_token> expected(4 * text.size() + 8);
      const int n = llama_tokenize(llama_model_get_vocab(model.get()), text.data(), static_cast<int>(text.size()),
                                   expected.data(), static_cast<int>(expected.size()), false, false);
      ASSERT_GE(n, 0);
      expected.resize(static_cast<std::size_t>(n));
      Encoding encoding;
      (*loaded)->encode(text, &encoding);
      ASSERT_EQ(encoding.ids, expected) << text;
      std::string decoded;
      for (const TokenId id : encoding.ids) (*loaded)->append_bytes(id, &decoded);
      // Where the mark of spaces has no token it is spelled as bytes.
      for (std::size_t at = 0; (at = decoded.find("\u2581", at)) != std::string::npos;) decoded.replace(at, 3, 1, ' ');
      ASSERT_EQ(decoded, text.empty() ? std::string() : std::string(1, ' ').append(text));
    }
  }
}

TEST(SentencePieceBpe, AMillionEqualLettersAreFine) {
  Pieces pieces;
  for (std::size_t n = 1; n <= 64; n *= 2) pieces.emplace_back(std::string(n, 'a'), -static_cast<float>(n));
  const auto loaded = load(tiny_sentencepiece_gguf(pieces));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  Encoding encoding;
  (*loaded)->encode(std::string(1 << 20, 'a'), &encoding);
  EXPECT_EQ(encoding.n_tokens(), 3U + (1U << 20) / 64);  // the mark is three bytes
}

}  // namespace
}  // namespace pith
