// config.json of a token classifier (Hugging Face layout): the architecture and the numbers that fix its shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"

namespace pith {

/// What an encoder is read for: a probability for each token (TokenClassifier), or a vector for a whole text
/// (TextEmbedder), which needs no head and no labels.
enum class EncoderTask { kTokenClassifier, kTextEmbedder };

/// The encoders whose token classifiers Pith reads.
///   kBert, kRoberta, kXlmRoberta, kDistilBert: layers of attention and a two-layer network, each followed by a
///     LayerNorm of the sum; positions are learned vectors. RoBERTa counts positions from padding_idx + 1.
///   kModernBert: norms before the parts, rotary positions, gated network, most layers see only near neighbours.
enum class Architecture { kBert, kRoberta, kXlmRoberta, kDistilBert, kModernBert };

/// The model_type of config.json: "bert", "roberta", "xlm-roberta", "distilbert", "modernbert".
[[nodiscard]] std::string_view architecture_name(Architecture architecture);
/// For people: "BERT", "RoBERTa", "XLM-RoBERTa", "DistilBERT", "ModernBERT".
[[nodiscard]] std::string_view architecture_title(Architecture architecture);

/// gelu (erf), gelu_new / gelu_pytorch_tanh / gelu_fast, relu, silu / swish.
enum class Activation { kGelu, kGeluTanh, kRelu, kSilu };

/// What only ModernBERT has. (Warner et al. 2024, "Smarter, Better, Faster, Longer", arXiv 2412.13663.)
struct ModernBertConfig {
  bool attention_bias = false;
  bool mlp_bias = false;
  bool norm_bias = false;
  bool classifier_bias = false;  ///< of the head's dense layer; the classifier itself always has one
  Activation classifier_activation = Activation::kGelu;
  /// Layers that see only tokens at most this far away on either side; half of config.json's `local_attention`.
  std::int64_t local_reach_tokens = 64;
  std::vector<bool> is_local_layer;  ///< [n_layers]
  double global_rope_theta = 160000;
  double local_rope_theta = 10000;
};

/// No sequence is longer, whatever a config.json promises: attention takes time and memory with the square of the
/// length (ModernBERT-base at 8,192 tokens: 1.3 GB and a minute of one core), and every published encoder stays within
/// it.
inline constexpr std::int64_t kMaxSequenceTokens = 8192;

struct EncoderConfig {
  EncoderTask task = EncoderTask::kTokenClassifier;
  Architecture architecture = Architecture::kBert;
  std::int64_t n_layers = 0;
  std::int64_t hidden_size = 0;
  std::int64_t n_heads = 0;  ///< divides hidden_size; ModernBERT: an even head_size()
  std::int64_t intermediate_size = 0;
  std::int64_t vocab_size = 0;
  /// Longest sequence, special tokens included: max_position_embeddings - first_position, at most kMaxSequenceTokens.
  std::int64_t max_sequence_tokens = 0;
  /// Rows of the table of learned positions; 0 with rotary positions.
  std::int64_t n_positions = 0;
  /// Row of the first token: 0, or pad_token_id + 1 for the RoBERTas, where a token with the id pad_token_id takes row
  /// pad_token_id and is not counted.
  std::int64_t first_position = 0;
  std::int64_t pad_token_id = 0;     ///< used with first_position > 0 only
  std::int64_t type_vocab_size = 0;  ///< rows of the token-type table; 0: there is none
  double layer_norm_eps = 1e-12;
  Activation activation = Activation::kGelu;
  ModernBertConfig modern;  ///< of kModernBert

  // Of kTokenClassifier.
  std::int64_t keep_label = 1;  ///< 0 or 1: the label that means "keep"; the other one means "drop"
  std::string keep_label_name = "LABEL_1";

  [[nodiscard]] std::int64_t head_size() const { return hidden_size / n_heads; }
  [[nodiscard]] bool counts_positions_from_padding() const { return first_position > 0; }
};

/// Reads a config.json for `task`; `name` stands for the file in errors. Labels are read for classifiers alone. The
/// keep label is the one whose name contains "keep" or "preserve" (any case); without such names it is label 1, as in
/// the LLMLingua-2 checkpoints. The spellings of transformers 4 and 5 are understood. Errors: kBadModel (not JSON, a
/// missing or impossible number, other than two labels); kUnsupported (another model_type, activation, position
/// embedding or rotary scaling; the message says what is supported).
[[nodiscard]] Result<EncoderConfig> parse_encoder_config(std::string_view text, const std::string& name,
                                                         EncoderTask task = EncoderTask::kTokenClassifier);

struct LoadedEncoderConfig {
  EncoderConfig config;
  std::string text;  ///< the file as it is
};
/// Reads `config.json` of a model folder. Errors: also kNotFound, kIo.
[[nodiscard]] Result<LoadedEncoderConfig> load_encoder_config(const std::string& model_dir,
                                                              EncoderTask task = EncoderTask::kTokenClassifier);

}  // namespace pith
