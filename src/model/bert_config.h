// config.json of a BERT token classifier (Hugging Face layout): the numbers that fix the network's shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

enum class Activation { kGelu, kGeluTanh, kRelu };  ///< gelu (erf), gelu_new / gelu_pytorch_tanh, relu

struct BertConfig {
  std::int64_t n_layers = 0;
  std::int64_t hidden_size = 0;
  std::int64_t n_heads = 0;  ///< divides hidden_size
  std::int64_t intermediate_size = 0;
  std::int64_t max_position_embeddings = 0;  ///< longest sequence, special tokens included
  std::int64_t type_vocab_size = 0;
  std::int64_t vocab_size = 0;
  double layer_norm_eps = 1e-12;
  Activation activation = Activation::kGelu;
  std::int64_t keep_label = 1;  ///< 0 or 1: the label that means "keep"; the other one means "drop"
  std::string keep_label_name = "LABEL_1";

  [[nodiscard]] std::int64_t head_size() const { return hidden_size / n_heads; }
};

/// Reads a config.json; `name` stands for the file in errors. The keep label is the one whose name contains "keep" or
/// "preserve" (any case); without such names it is label 1, as in the LLMLingua-2 checkpoints.
/// Errors: kBadModel (not JSON, a missing or impossible number, other than two labels); kUnsupported (another
/// model_type, activation or position embedding; the message says what is supported).
[[nodiscard]] Result<BertConfig> parse_bert_config(std::string_view text, const std::string& name);

}  // namespace pith
