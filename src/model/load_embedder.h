// Loads a sentence encoder from a folder in Hugging Face layout: config.json, the weights and the tokenizer's files; of
// sentence-transformers' own files 1_Pooling/config.json and sentence_bert_config.json are read where they are there.
//
//   auto embedder = pith::load_embedder({.model_dir = resolve_model("minilm").value()});
//   if (!embedder) return tl::unexpected(embedder.error());
//   auto vectors = (*embedder)->embed(texts);
#pragma once

#include <memory>
#include <string>

#include "model/load_classifier.h"
#include "model/text_embedder.h"
#include "pith/compress.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// As in ClassifierOptions. Runs on OpenVINO.
struct EmbedderOptions {
  std::string model_dir{};
  Precision precision = Precision::kInt8;
  int n_threads = 0;
  std::string cache_dir{};
  std::shared_ptr<const Tokenizer> tokenizer{};
};

/// A text's vector is the mean of the last hidden states of its tokens, [CLS] and [SEP] included, divided by its
/// length; with pooling_mode_cls_token the state of the first token. At most max_seq_length tokens are read (without
/// sentence_bert_config.json 256, which all-MiniLM-L6-v2 has there, or as many as the model has positions).
/// Errors: those of load_classifier(); kUnsupported for another pooling, and for a tokenizer without [CLS] and [SEP].
[[nodiscard]] Result<std::shared_ptr<const TextEmbedder>> load_embedder(const EmbedderOptions& options,
                                                                        ClassifierLoadInfo* info = nullptr);

}  // namespace pith
