// Tiny random decoders as GGUF files, made from a seed when a test runs. Sizes are odd enough to catch swapped
// dimensions, and the tokenizer has a token for every byte.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/gguf_bytes.h"
#include "tokenize/byte_level.h"

namespace pith {

struct TinyDecoderSpec {
  std::string architecture = "llama";
  std::uint32_t seed = 1;
  std::uint32_t n_layers = 2;
  std::uint32_t hidden_size = 96;
  std::uint32_t intermediate_size = 160;
  std::uint32_t n_heads = 6;
  std::uint32_t n_kv_heads = 2;
  std::uint32_t head_size = 16;
  std::uint32_t context_tokens = 2048;
  float rope_base = 500;
  bool tied = true;
  bool rope_factors = false;
  std::vector<std::pair<std::string, std::uint32_t>> more_keys{};  ///< without the architecture's prefix
  std::string left_out{};                                          ///< a tensor that is not written
  std::string added{};                                             ///< one that nobody knows
};

inline std::string tiny_decoder(const TinyDecoderSpec& spec) {
  struct Tensor {
    std::string name;
    std::vector<std::uint64_t> ne;
    float mean, deviation;
  };
  std::vector<Tensor> tensors;
  const auto add = [&](std::string name, std::vector<std::uint64_t> ne, float mean, float deviation) {
    if (name != spec.left_out) tensors.push_back({std::move(name), std::move(ne), mean, deviation});
  };
  const std::uint64_t h = spec.hidden_size;
  const std::uint64_t n_q = std::uint64_t{spec.n_heads} * spec.head_size;
  const std::uint64_t n_kv = std::uint64_t{spec.n_kv_heads} * spec.head_size;
  add("token_embd.weight", {h, 256}, 0, 0.5F);
  add("output_norm.weight", {h}, 1, 0.1F);
  if (!spec.tied) add("output.weight", {h, 256}, 0, 0.3F);
  if (spec.rope_factors) add("rope_freqs.weight", {spec.head_size / 2}, 3, 0.5F);
  if (!spec.added.empty()) add(spec.added, {h}, 0, 1);
  for (std::uint32_t i = 0; i < spec.n_layers; ++i) {
    const auto part = [&](const char* name) { return fmt::format("blk.{}.{}", i, name); };
    add(part("attn_norm.weight"), {h}, 1, 0.2F);
    add(part("attn_q.weight"), {h, n_q}, 0, 0.2F);
    add(part("attn_k.weight"), {h, n_kv}, 0, 0.2F);
    add(part("attn_v.weight"), {h, n_kv}, 0, 0.2F);
    add(part("attn_output.weight"), {n_q, h}, 0, 0.15F);
    add(part("ffn_norm.weight"), {h}, 1, 0.2F);
    add(part("ffn_gate.weight"), {h, spec.intermediate_size}, 0, 0.15F);
    add(part("ffn_up.weight"), {h, spec.intermediate_size}, 0, 0.15F);
    add(part("ffn_down.weight"), {spec.intermediate_size, h}, 0, 0.1F);
    if (spec.architecture == "qwen2") {
      add(part("attn_q.bias"), {n_q}, 0, 0.5F);
      add(part("attn_k.bias"), {n_kv}, 0, 0.5F);
      add(part("attn_v.bias"), {n_kv}, 0, 0.5F);
    }
    if (spec.architecture == "qwen3") {
      add(part("attn_q_norm.weight"), {spec.head_size}, 1, 0.3F);
      add(part("attn_k_norm.weight"), {spec.head_size}, 1, 0.3F);
    }
  }

  GgufBytes out;
  const auto key = [&](const std::string& name) { return fmt::format("{}.{}", spec.architecture, name); };
  out.head(tensors.size(), 15 + spec.more_keys.size())
      .text_key("general.architecture", spec.architecture)
      .u32_key(key("block_count"), spec.n_layers)
      .u32_key(key("context_length"), spec.context_tokens)
      .u32_key(key("embedding_length"), spec.hidden_size)
      .u32_key(key("feed_forward_length"), spec.intermediate_size)
      .u32_key(key("attention.head_count"), spec.n_heads)
      .u32_key(key("attention.head_count_kv"), spec.n_kv_heads)
      .u32_key(key("attention.key_length"), spec.head_size)
      .u32_key(key("attention.value_length"), spec.head_size);
  out.text(key("attention.layer_norm_rms_epsilon")).u32(6).number(1e-5F);
  out.text(key("rope.freq_base")).u32(6).number(spec.rope_base);
  for (const auto& [name, value] : spec.more_keys) out.u32_key(key(name), value);
  out.text_key("tokenizer.ggml.model", "gpt2").text_key("tokenizer.ggml.pre", "gpt-2");
  out.text("tokenizer.ggml.tokens").u32(9).u32(8).u64(256);
  for (unsigned byte = 0; byte < 256; ++byte) out.text(byte_level_spelling(static_cast<unsigned char>(byte)));
  out.text("tokenizer.ggml.merges").u32(9).u32(8).u64(0);
  std::uint64_t offset = 0;
  const auto values_of = [](const Tensor& tensor) {
    std::uint64_t n = 1;
    for (const std::uint64_t size : tensor.ne) n *= size;
    return n;
  };
  for (const Tensor& tensor : tensors) {
    out.tensor(tensor.name, tensor.ne, 0, offset);
    offset += (values_of(tensor) * 4 + 31) / 32 * 32;
  }
  out.pad();
  std::mt19937 random(spec.seed);
  for (const Tensor& tensor : tensors) {
    std::normal_distribution<float> values(tensor.mean, tensor.deviation);
    for (std::uint64_t i = 0; i < values_of(tensor); ++i) out.number(values(random));
    out.pad();
  }
  return out.bytes;
}

}  // namespace pith
