#include <gtest/gtest.h>

#include <string>

#include "model/llama/causal_header.h"
#include "model/llama/llama_causal_lm.h"
#include "model/load_classifier.h"
#include "model/registry.h"
#include "support/print_error.h"
#include "support/smollm2.h"
#include "support/temp_dir.h"
#include "support/tiny_causal_gguf.h"

namespace pith {
namespace {

TEST(CausalHeader, SaysWhatAModelIsBeforeItIsLoaded) {
  const TempDir dir;
  write_text(dir / "m.gguf", tiny_causal_gguf());
  EXPECT_TRUE(is_causal_gguf(dir / "m.gguf"));
  const auto info = describe_model(dir / "m.gguf");
  ASSERT_TRUE(info.has_value()) << info.error().message;
  ASSERT_TRUE(info->causal.has_value());
  EXPECT_EQ(info->architecture, "llama");
  EXPECT_EQ(info->n_layers, 2);
  EXPECT_EQ(info->hidden_size, 4);
  EXPECT_EQ(info->n_heads, 2);
  EXPECT_EQ(info->causal->n_kv_heads, 1);
  EXPECT_EQ(info->intermediate_size, 8);
  EXPECT_EQ(info->vocab_size, 259);
  EXPECT_EQ(info->n_parameters, 4 * 259);
  EXPECT_EQ(info->max_sequence_tokens, 64);
  EXPECT_EQ(info->causal->quantization, "Q4_K_M");
  EXPECT_EQ(info->storage, "f32");
  EXPECT_EQ(info->causal->kv_cache_bytes, 64U * 2 * 1 * 2 * 2 * 2);  // positions, layers, heads, values, K and V, f16
  EXPECT_EQ(estimate_causal_memory({.path = dir / "m.gguf", .max_context_tokens = 32})->kv_cache_bytes,
            info->causal->kv_cache_bytes / 2);
}

TEST(CausalHeader, DescribesSmolLm2) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  const auto info = describe_model(*path);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  EXPECT_EQ(info->n_parameters, 134'515'008);
  EXPECT_EQ(info->max_sequence_tokens, 8192 /* positions */);
  ASSERT_TRUE(info->causal.has_value());
  EXPECT_EQ(info->causal->quantization, "Q4_1");
}

TEST(CausalHeader, ACausalModelIsNoClassifierAndTheErrorSaysWhoTakesIt) {
  const TempDir dir;
  write_text(dir / "m.gguf", tiny_causal_gguf());
  const Error expected{
      ErrorCode::kUnsupported,
      dir / "m.gguf" + std::string(": holds a causal language model (llama), which says how surprising words are, "
                                   "and this asks for an encoder; give it to --method llmlingua, longllmlingua or "
                                   "selective_context")};
  EXPECT_EQ(load_classifier({.model_dir = dir / "m.gguf"}).error(), expected);
}

TEST(CausalHeader, OtherArchitecturesAreNamed) {
  const TempDir dir;
  write_text(dir / "m.gguf", tiny_causal_gguf("mamba"));
  EXPECT_FALSE(is_causal_gguf(dir / "m.gguf"));
  for (const Error& error :
       {describe_model(dir / "m.gguf").error(), estimate_causal_memory({.path = dir / "m.gguf"}).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnsupported);
    EXPECT_NE(error.message.find("architecture \"mamba\""), std::string::npos) << error.message;
  }
}

TEST(CausalHeader, AHeaderWithoutWeightsIsRefusedByLlamaCppAndNotACrash) {
  const TempDir dir;
  write_text(dir / "m.gguf", tiny_causal_gguf());
  EXPECT_EQ(load_causal_lm({.path = dir / "m.gguf"}).error().code, ErrorCode::kBadModel);
}

}  // namespace
}  // namespace pith
