// The tensors a BERT token classifier is made of.
#pragma once

#include <string>
#include <vector>

#include "model/bert_config.h"
#include "model/safetensors.h"

namespace pith {

struct BertTensor {
  std::string name;  ///< without the "bert." that some checkpoints put before encoder tensors
  Shape shape;
  bool in_encoder = true;     ///< false for the classifier, whose name has no prefix in any checkpoint
  bool is_quantized = false;  ///< a large matrix: kept as int8 rows by convert_to_int8()
};

/// All tensors the network reads, in the order it reads them.
[[nodiscard]] std::vector<BertTensor> bert_tensors(const BertConfig& config);

}  // namespace pith
