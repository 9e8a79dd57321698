// The tensors a token classifier or text embedder is made of, by their names in Hugging Face checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/encoder_config.h"
#include "model/safetensors.h"

namespace pith {

struct EncoderTensor {
  std::string name;  ///< without the encoder_prefix() that most checkpoints put before encoder tensors
  Shape shape;
  bool in_encoder = true;     ///< false for the classifier and its head, whose names have no prefix in any checkpoint
  bool is_quantized = false;  ///< a large matrix: kept as int8 rows by convert_to_int8()
};

/// All tensors the network reads, in the order it reads them. Linear maps are stored [n_out, n_in].
[[nodiscard]] std::vector<EncoderTensor> encoder_tensors(const EncoderConfig& config);

/// "bert.", "roberta.", "distilbert.", "model.": stands before encoder tensors, except in files of a bare encoder.
[[nodiscard]] std::string_view encoder_prefix(Architecture architecture);

/// The table of word vectors [vocab_size, hidden_size], which every encoder has, and the LayerNorm of the embeddings.
[[nodiscard]] std::string_view word_embeddings_name(Architecture architecture);
[[nodiscard]] std::string_view embeddings_norm_name(Architecture architecture);

/// The parts of a layer of BERT, RoBERTa, XLM-RoBERTa or DistilBERT; add ".weight" and ".bias".
struct PostNormLayerNames {
  std::string query, key, value, attention_out;  ///< linear, hidden to hidden
  std::string attention_norm;
  std::string expand;    ///< linear, hidden to intermediate
  std::string contract;  ///< linear, intermediate to hidden
  std::string output_norm;
};
[[nodiscard]] PostNormLayerNames post_norm_layer_names(Architecture architecture, std::int64_t layer);

/// The parts of a layer of ModernBERT; add ".weight" and, where the configuration says so, ".bias".
struct ModernBertLayerNames {
  std::string attention_norm;  ///< "" in layer 0, which has none
  std::string qkv;             ///< linear, hidden to 3 x hidden: query, key, value one after the other
  std::string attention_out;   ///< linear, hidden to hidden
  std::string mlp_norm;
  std::string mlp_in;   ///< linear, hidden to 2 x intermediate: what is activated, then what it is multiplied with
  std::string mlp_out;  ///< linear, intermediate to hidden
};
[[nodiscard]] ModernBertLayerNames modernbert_layer_names(std::int64_t layer);

}  // namespace pith
