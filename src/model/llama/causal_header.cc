#include "model/llama/causal_header.h"

#include <fmt/format.h>
#include <llama.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "model/llama/gguf_encoder.h"

namespace pith {
namespace {

constexpr std::array<std::string_view, 4> kArchitectures{"llama", "qwen2", "qwen3", "gpt2"};
constexpr std::size_t kLogitsBytes = std::size_t{64} << 20;  // of one micro-batch, about

/// A whole number from 1 to `largest`; `fallback` where it is missing, 0 meaning that it may not be.
Result<std::uint64_t> read_count(const GgufFile& file, const std::string& key, std::uint64_t largest,
                                 std::uint64_t fallback) {
  const GgufValue* const value = file.find(key);
  if (value == nullptr && fallback != 0) return fallback;
  const auto* const n = value == nullptr ? nullptr : std::get_if<std::uint64_t>(value);
  if (n == nullptr || *n == 0 || *n > largest) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: \"{}\" must be a whole number from 1 to {}", file.path(), key, largest));
  }
  return *n;
}

}  // namespace

Result<CausalHeader> read_causal_header(const GgufFile& file) {
  if (file.find(kGgufConfigKey) != nullptr) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} holds an encoder that `pith convert` wrote, not a causal model; methods with a causal "
                            "model need a GGUF file of one, such as SmolLM2 or Qwen",
                            file.path()));
  }
  const auto architecture = file.text("general.architecture");
  if (!architecture) return tl::unexpected(architecture.error());
  if (std::find(kArchitectures.begin(), kArchitectures.end(), *architecture) == kArchitectures.end()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: an architecture \"{}\" is not supported; Pith reads llama, "
                                                     "qwen2, qwen3 and gpt2",
                                                     file.path(), *architecture));
  }
  CausalHeader header;
  header.architecture = *architecture;
  const auto read = [&](std::string_view name, std::uint64_t largest, std::uint64_t fallback, std::uint64_t* target) {
    const auto n = read_count(file, fmt::format("{}.{}", *architecture, name), largest, fallback);
    if (n) *target = *n;
    return n;
  };
  if (auto n = read("block_count", 512, 0, &header.n_layers); !n) return tl::unexpected(n.error());
  if (auto n = read("embedding_length", 1U << 16, 0, &header.hidden_size); !n) return tl::unexpected(n.error());
  if (auto n = read("attention.head_count", 1024, 0, &header.n_heads); !n) return tl::unexpected(n.error());
  if (auto n = read("attention.head_count_kv", 1024, header.n_heads, &header.n_kv_heads); !n) {
    return tl::unexpected(n.error());
  }
  if (auto n = read("context_length", 1U << 24, 0, &header.context_length); !n) return tl::unexpected(n.error());
  if (header.n_heads % header.n_kv_heads != 0 || (file.find(header.architecture + ".attention.key_length") == nullptr &&
                                                  header.hidden_size % header.n_heads != 0)) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: {} values in {} heads, {} of them for keys, do not divide",
                                                  file.path(), header.hidden_size, header.n_heads, header.n_kv_heads));
  }
  const std::uint64_t plain_head = std::max<std::uint64_t>(header.hidden_size / header.n_heads, 1);
  if (auto n = read("attention.key_length", 1024, plain_head, &header.head_size); !n) return tl::unexpected(n.error());
  std::uint64_t n_value = 0;
  std::uint64_t n_rope = 0;
  if (auto n = read("attention.value_length", 1024, header.head_size, &n_value); !n) return tl::unexpected(n.error());
  if (auto n = read("rope.dimension_count", 1024, header.head_size, &n_rope); !n) return tl::unexpected(n.error());
  if (n_value != header.head_size || n_rope > header.head_size || (n_rope % 2 != 0 && *architecture != "gpt2")) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: keys of {}, values of {} and rotations of {} do not fit",
                                                  file.path(), header.head_size, n_value, n_rope));
  }
  const GgufTensor* const table = file.find_tensor("token_embd.weight");
  if (table == nullptr || table->shape.size() != 2 || table->shape[0] <= 0 || table->shape[0] > (1 << 22) ||
      static_cast<std::uint64_t>(table->shape[1]) != header.hidden_size) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: token_embd.weight must be rows of {} values", file.path(), header.hidden_size));
  }
  header.n_vocab = static_cast<std::uint64_t>(table->shape[0]);
  return header;
}

std::size_t CausalHeader::n_batch_tokens() const {
  return std::clamp<std::size_t>(kLogitsBytes / (4 * n_vocab) / 32 * 32, 32, 256);
}

std::size_t CausalHeader::n_context_tokens(std::size_t asked) const {
  const auto trained = static_cast<std::size_t>(context_length);
  return asked == 0 ? trained : std::min(asked, trained);
}

bool is_causal_gguf(const GgufFile& file) {
  return file.find(kGgufConfigKey) == nullptr && file.find("tokenizer.ggml.model") != nullptr &&
         read_causal_header(file).has_value();
}

CausalMemory causal_memory(const GgufFile& file, const CausalHeader& header, std::size_t max_context_tokens) {
  const std::uint64_t n_context = header.n_context_tokens(max_context_tokens);
  const std::uint64_t n_batch = header.n_batch_tokens();
  return {.weights_bytes = file.bytes().size(),
          .kv_cache_bytes = n_context * header.n_layers * header.n_kv_heads * header.head_size * 2 * 2,
          // Logits, attention of one layer without flash attention, and some rows of activations.
          .scratch_bytes = 4 * n_batch * (header.n_vocab + 2 * n_context * header.n_heads + 16 * header.hidden_size)};
}

std::string quantization_name(const GgufFile& file) {
  constexpr std::pair<llama_ftype, std::string_view> kNames[] = {
      {LLAMA_FTYPE_ALL_F32, "F32"},          {LLAMA_FTYPE_MOSTLY_F16, "F16"},
      {LLAMA_FTYPE_MOSTLY_BF16, "BF16"},     {LLAMA_FTYPE_MOSTLY_Q4_0, "Q4_0"},
      {LLAMA_FTYPE_MOSTLY_Q4_1, "Q4_1"},     {LLAMA_FTYPE_MOSTLY_Q5_0, "Q5_0"},
      {LLAMA_FTYPE_MOSTLY_Q5_1, "Q5_1"},     {LLAMA_FTYPE_MOSTLY_Q8_0, "Q8_0"},
      {LLAMA_FTYPE_MOSTLY_Q2_K, "Q2_K"},     {LLAMA_FTYPE_MOSTLY_Q2_K_S, "Q2_K_S"},
      {LLAMA_FTYPE_MOSTLY_Q3_K_S, "Q3_K_S"}, {LLAMA_FTYPE_MOSTLY_Q3_K_M, "Q3_K_M"},
      {LLAMA_FTYPE_MOSTLY_Q3_K_L, "Q3_K_L"}, {LLAMA_FTYPE_MOSTLY_Q4_K_S, "Q4_K_S"},
      {LLAMA_FTYPE_MOSTLY_Q4_K_M, "Q4_K_M"}, {LLAMA_FTYPE_MOSTLY_Q5_K_S, "Q5_K_S"},
      {LLAMA_FTYPE_MOSTLY_Q5_K_M, "Q5_K_M"}, {LLAMA_FTYPE_MOSTLY_Q6_K, "Q6_K"},
      {LLAMA_FTYPE_MOSTLY_IQ3_M, "IQ3_M"},   {LLAMA_FTYPE_MOSTLY_IQ4_NL, "IQ4_NL"},
      {LLAMA_FTYPE_MOSTLY_IQ4_XS, "IQ4_XS"}};
  const GgufValue* const value = file.find("general.file_type");
  const auto* const number = value == nullptr ? nullptr : std::get_if<std::uint64_t>(value);
  if (number == nullptr) return {};
  for (const auto& [type, name] : kNames) {
    if (static_cast<std::uint64_t>(type) == *number) return std::string(name);
  }
  return {};
}

}  // namespace pith
