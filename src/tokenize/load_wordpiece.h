// WordPiece (BERT, DistilBERT, ELECTRA, MobileBERT, multilingual BERT) from its files. load_tokenizer.h chooses.
#pragma once

#include <memory>
#include <string>

#include "pith/result.h"
#include "tokenize/tokenizer.h"
#include "tokenize/tokenizer_settings.h"

namespace pith {

/// `file` is a tokenizer.json whose model is WordPiece; normalizer BertNormalizer or null, pre-tokenizer
/// BertPreTokenizer. `config` is tokenizer_config.json. Errors as load_tokenizer's.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_wordpiece(const Settings& file, const Settings& config);

/// BERT's original format: one piece a line, the line number is the id. `config` (tokenizer_config.json) gives
/// do_lower_case, strip_accents, tokenize_chinese_chars and unk_token; defaults: true, as do_lower_case, true, "[UNK]".
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_vocab_txt(const std::string& path, const Settings& config);

}  // namespace pith
