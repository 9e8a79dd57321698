// A GGUF file of a causal model as far as its header goes: keys, a byte-level vocabulary and a table of embeddings.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "support/gguf_bytes.h"
#include "tokenize/byte_level.h"

namespace pith {

/// Architecture llama, 2 layers x 4, 2 heads, 1 for keys, 64 positions; a token for every byte, then "ab", "<s>" and
/// "</s>"; calls itself Q4_K_M. No more tensors than the header's checks need: llama.cpp cannot compute it.
[[nodiscard]] inline std::string tiny_causal_gguf(const std::string& architecture = "llama") {
  constexpr std::uint32_t kI32Type = 5, kBoolType = 7, kStringType = 8, kArrayType = 9;
  const std::vector<std::string> more{"ab", "<s>", "</s>"};
  const auto n_tokens = static_cast<std::uint32_t>(256 + more.size());
  GgufBytes out;
  out.head(1, 16).text_key("general.architecture", architecture).u32_key("general.file_type", 15);
  out.u32_key(architecture + ".block_count", 2).u32_key(architecture + ".embedding_length", 4);
  out.u32_key(architecture + ".attention.head_count", 2).u32_key(architecture + ".attention.head_count_kv", 1);
  out.u32_key(architecture + ".context_length", 64).u32_key(architecture + ".feed_forward_length", 8);
  out.text_key("tokenizer.ggml.model", "gpt2").text_key("tokenizer.ggml.pre", "gpt-2");
  out.text("tokenizer.ggml.tokens").u32(kArrayType).u32(kStringType).u64(n_tokens);
  for (unsigned byte = 0; byte < 256; ++byte) out.text(byte_level_spelling(static_cast<unsigned char>(byte)));
  for (const std::string& token : more) out.text(token);
  out.text("tokenizer.ggml.merges").u32(kArrayType).u32(kStringType).u64(1).text("a b");
  out.text("tokenizer.ggml.token_type").u32(kArrayType).u32(kI32Type).u64(n_tokens);
  for (std::uint32_t id = 0; id < n_tokens; ++id) out.u32(id < 257 ? 1 : 3);
  out.u32_key("tokenizer.ggml.bos_token_id", 257).u32_key("tokenizer.ggml.eos_token_id", 258);
  out.text("tokenizer.ggml.add_bos_token").u32(kBoolType).bytes += '\1';
  out.tensor("token_embd.weight", {4, n_tokens}, 0, 0).pad();
  out.zeros(std::size_t{4} * 4 * n_tokens).pad();
  return out.bytes;
}

/// A vocabulary alone, as Llama 2's files hold it: <unk>, <s>, </s>, <0x00> ... <0xFF>, then `pieces` with scores.
[[nodiscard]] inline std::string tiny_sentencepiece_gguf(
    const std::vector<std::pair<std::string, float>>& pieces = {
        {"\u2581ab", -1}, {"ab", -2}, {"\u2581", -3}, {"a", -4}, {"b", -5}, {"\u2581a", -6}}) {
  constexpr std::uint32_t kI32Type = 5, kF32Type = 6, kStringType = 8, kArrayType = 9;
  const std::uint64_t n_tokens = 3 + 256 + pieces.size();
  GgufBytes out;
  out.head(0, 7).text_key("general.architecture", "llama").text_key("tokenizer.ggml.model", "llama");
  out.text("tokenizer.ggml.tokens").u32(kArrayType).u32(kStringType).u64(n_tokens);
  out.text("<unk>").text("<s>").text("</s>");
  for (unsigned byte = 0; byte < 256; ++byte) out.text(fmt::format("<0x{:02X}>", byte));
  for (const auto& [piece, score] : pieces) out.text(piece);
  out.text("tokenizer.ggml.scores").u32(kArrayType).u32(kF32Type).u64(n_tokens);
  for (unsigned id = 0; id < 259; ++id) out.number(0.0F);
  for (const auto& [piece, score] : pieces) out.number(score);
  out.text("tokenizer.ggml.token_type").u32(kArrayType).u32(kI32Type).u64(n_tokens);
  out.u32(2).u32(3).u32(3);
  for (unsigned byte = 0; byte < 256; ++byte) out.u32(6);
  for (std::size_t i = 0; i < pieces.size(); ++i) out.u32(1);
  out.u32_key("tokenizer.ggml.bos_token_id", 1).u32_key("tokenizer.ggml.eos_token_id", 2);
  out.pad();
  return out.bytes;
}

}  // namespace pith
