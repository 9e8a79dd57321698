// The tokenizer that a GGUF file of a causal model carries (keys tokenizer.ggml.*).
#pragma once

#include <memory>

#include "model/llama/gguf_file.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// tokenizer.ggml.model "gpt2", which is byte-level BPE, with the pre-tokenizers (tokenizer.ggml.pre) gpt-2, default,
/// smollm, llama-bpe, qwen2 and gpt-4o; or "llama", SentencePiece's BPE, with a token for every byte. Special tokens
/// typed in a text are ordinary text; the file's special tokens are special_tokens(): cls is its bos, sep its eos.
/// Errors: kBadModel (keys missing, of another type or length, ids out of range); kUnsupported for other models and
/// pre-tokenizers, which are named; kTooLarge.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_gguf_tokenizer(const GgufFile& file);

/// What the file says to put in front of a text (tokenizer.ggml.add_bos_token and bos_token_id), or kNoToken. Where it
/// does not say, SentencePiece's vocabularies and Llama 3's have one, as in llama.cpp.
/// Errors: kBadModel.
[[nodiscard]] Result<TokenId> read_gguf_bos(const GgufFile& file);

}  // namespace pith
