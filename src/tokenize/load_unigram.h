// Unigram (XLM-R and other SentencePiece models) from tokenizer.json. load_tokenizer.h chooses.
#pragma once

#include <memory>
#include <string_view>

#include "pith/result.h"
#include "tokenize/tokenizer.h"
#include "tokenize/tokenizer_settings.h"

namespace pith {

/// `file` is a tokenizer.json whose model is Unigram, `text` the same before it was parsed: scores are read from their
/// digits (unigram_scores.h). `config` is tokenizer_config.json. What parts are read: sentencepiece_normalizer.h,
/// metaspace.h; the pieces of special tokens and the unknown token match no text. Errors as load_tokenizer's.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_unigram(const Settings& file, const Settings& config,
                                                              std::string_view text);

}  // namespace pith
