#include <gtest/gtest.h>

#include "model/model_token_counter.h"
#include "support/print_error.h"
#include "support/smollm2.h"
#include "support/temp_dir.h"
#include "support/tiny_causal_gguf.h"

namespace pith {
namespace {

TEST(ModelTokenCounter, CountsWithAFilesOwnVocabulary) {
  const TempDir dir;
  write_text(dir / "bpe.gguf", tiny_causal_gguf());
  write_text(dir / "sp.gguf", tiny_sentencepiece_gguf());
  EXPECT_EQ((*load_model_token_counter(dir / "bpe.gguf"))->count("ab ab x"), 5U);  // ab, space, ab, space, x
  const auto counter = load_model_token_counter(dir / "sp.gguf");
  ASSERT_TRUE(counter.has_value()) << counter.error().message;
  EXPECT_EQ((*counter)->count("ab ab x"), 4U);  // _ab, _ab, _, <0x78>
  EXPECT_EQ((*counter)->name(), dir / "sp.gguf");
  EXPECT_EQ(load_model_token_counter(dir / "sp.gguf")->get(), counter->get());
}

TEST(ModelTokenCounter, KnowsWhatTheLayerBelowKnowsAndRefusesTheRest) {
  EXPECT_EQ(load_model_token_counter("cl100k").error().code, ErrorCode::kUnknownField);
  EXPECT_EQ(load_model_token_counter("none.gguf").error().code, ErrorCode::kNotFound);
  const TempDir dir;
  write_text(dir / "x.gguf", "GGUF");
  EXPECT_EQ(load_model_token_counter(dir / "x.gguf").error().code, ErrorCode::kBadModel);
}

TEST(ModelTokenCounter, CountsWithSmolLm2) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  EXPECT_EQ((*load_model_token_counter(*path))->count("The cat sat on the mat."), 7U);
}

}  // namespace
}  // namespace pith
