// A model folder's tokenizer, whatever kind it holds.
#pragma once

#include <memory>
#include <string>

#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Loads the tokenizer of the Hugging Face folder `model_dir`:
/// - `tokenizer.json` when it is there (model WordPiece, normalizer BertNormalizer or null, pre-tokenizer
/// BertPreTokenizer);
///   its truncation, padding and post-processor are the caller's business and are not read;
/// - else `vocab.txt`, with do_lower_case, strip_accents, tokenize_chinese_chars and unk_token from
/// tokenizer_config.json
///   when that is there (defaults: true, as do_lower_case, true, "[UNK]").
/// The names of the special tokens come from tokenizer_config.json, else [CLS], [SEP], [PAD], [MASK].
/// Errors: kNotFound (nothing of the kind in the folder), kUnsupported (another kind; the message names it),
/// kBadModel (damaged or contradictory), kBadInput (JSON syntax), kIo. Messages name the file.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::string& model_dir);

}  // namespace pith
