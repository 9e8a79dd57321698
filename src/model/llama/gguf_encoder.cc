#include "model/llama/gguf_encoder.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/check.h"
#include "model/encoder_tensors.h"
#include "model/llama/causal_header.h"

namespace pith {
namespace {

/// Names without ".weight" and ".bias", the checkpoint's to llama.cpp's.
std::map<std::string, std::string> stems(const EncoderConfig& config) {
  const Architecture architecture = config.architecture;
  std::map<std::string, std::string> stems{
      {"embeddings.position_embeddings", "position_embd"},
      {"embeddings.token_type_embeddings", "token_types"},
      {std::string(embeddings_norm_name(architecture)), "token_embd_norm"},
      {"final_norm", "output_norm"},
      {"head.dense", "cls"},
      {"head.norm", "cls.norm"},
      {"classifier", "cls.output"},
  };
  for (std::int64_t i = 0; i < config.n_layers; ++i) {
    const std::string block = fmt::format("blk.{}.", i);
    if (architecture == Architecture::kModernBert) {
      const ModernBertLayerNames names = modernbert_layer_names(i);
      if (!names.attention_norm.empty()) stems[names.attention_norm] = block + "attn_norm";
      stems[names.qkv] = block + "attn_qkv";
      stems[names.attention_out] = block + "attn_output";
      stems[names.mlp_norm] = block + "ffn_norm";
      stems[names.mlp_in] = block + "ffn_up";
      stems[names.mlp_out] = block + "ffn_down";
    } else {
      const PostNormLayerNames names = post_norm_layer_names(architecture, i);
      stems[names.query] = block + "attn_q";
      stems[names.key] = block + "attn_k";
      stems[names.value] = block + "attn_v";
      stems[names.attention_out] = block + "attn_output";
      stems[names.attention_norm] = block + "attn_output_norm";
      stems[names.expand] = block + "ffn_up";
      stems[names.contract] = block + "ffn_down";
      stems[names.output_norm] = block + "layer_output_norm";
    }
  }
  return stems;
}

}  // namespace

Result<EncoderConfig> read_gguf_config(const GgufFile& file) {
  const GgufValue* format = file.find(kGgufFormatKey);
  const auto* number = format == nullptr ? nullptr : std::get_if<std::uint64_t>(format);
  if (number == nullptr && is_causal_gguf(file)) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: holds a causal language model ({}), which says how surprising words are, and this asks "
                    "for an encoder; give it to --method llmlingua, longllmlingua or selective_context",
                    file.path(), file.text("general.architecture").value_or("")));
  }
  if (number == nullptr) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: a GGUF file, but not one with a token classifier from Pith (key '{}' is missing); `pith "
                    "convert --gguf` makes one from a folder in Hugging Face layout",
                    file.path(), kGgufFormatKey));
  }
  if (*number != kGgufFormat) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: {} is {}; this version of Pith reads {}", file.path(),
                                                     kGgufFormatKey, *number, kGgufFormat));
  }
  const auto text = file.text(kGgufConfigKey);
  if (!text) return tl::unexpected(text.error());
  return parse_encoder_config(*text, fmt::format("{} ({})", file.path(), kGgufConfigKey));
}

std::string_view gguf_architecture(Architecture architecture) {
  return architecture == Architecture::kModernBert ? "modern-bert" : "bert";
}

std::vector<GgufEncoderTensor> gguf_encoder_tensors(const EncoderConfig& config) {
  const std::map<std::string, std::string> names = stems(config);
  std::vector<GgufEncoderTensor> tensors;
  for (const EncoderTensor& tensor : encoder_tensors(config)) {
    GgufEncoderTensor out{.source = tensor.name,
                          .name = std::string(kGgufWords),
                          .shape = tensor.shape,
                          .in_encoder = tensor.in_encoder,
                          .is_matrix = tensor.is_quantized};
    if (tensor.name != word_embeddings_name(config.architecture)) {
      const std::size_t dot = tensor.name.rfind('.');
      const auto found = names.find(tensor.name.substr(0, dot));
      PITH_CHECK(found != names.end(), tensor.name);
      out.name = found->second + tensor.name.substr(dot);
    }
    if (out.name == kGgufPositions) out.shape.front() = config.max_sequence_tokens;
    tensors.push_back(std::move(out));
  }
  return tensors;
}

}  // namespace pith
