// A model folder's tokenizer, whatever kind it holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Loads the tokenizer of the Hugging Face folder `model_dir`:
/// - `tokenizer.json` when it is there: models WordPiece (load_wordpiece.h), Unigram (load_unigram.h) and BPE
///   (load_byte_bpe.h), each with the normalizers and pre-tokenizers its header names. Truncation, padding and
///   post-processor are the caller's business and are not read, but where a header says so;
/// - else `vocab.txt` (load_wordpiece.h);
/// - else `vocab.json` with `merges.txt` (load_byte_bpe.h).
/// The names of the special tokens come from tokenizer_config.json, what it lacks from special_tokens_map.json, else
/// they are those of the family: [CLS] [SEP] [PAD] [MASK] for WordPiece, <s> </s> <pad> <mask> for the other two.
/// Errors: kNotFound (nothing of the kind in the folder), kUnsupported (another kind; the message names it), kBadModel
/// (damaged or contradictory), kBadInput (JSON syntax), kIo. Messages name the file and the place in it.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::string& model_dir);

/// The texts of such files where they are kept elsewhere (in a GGUF file); "" stands for a file that is not there.
struct TokenizerTexts {
  std::string_view tokenizer_json;
  std::string_view tokenizer_config_json{};
  std::string_view special_tokens_map_json{};
};
/// The same from texts; `name` stands for the folder in errors.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_tokenizer(const TokenizerTexts& texts, const std::string& name);

}  // namespace pith
