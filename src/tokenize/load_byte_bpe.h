// Byte-level BPE (RoBERTa, ModernBERT, GPT-2, Llama 3, Qwen, SmolLM) from tokenizer.json or from vocab.json and
// merges.txt. load_tokenizer.h chooses.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/byte_bpe_tokenizer.h"
#include "tokenize/tokenizer.h"
#include "tokenize/tokenizer_settings.h"

namespace pith {

/// `file` is a tokenizer.json whose model is BPE. `config` is tokenizer_config.json. Read are
/// - the model without dropout, continuing_subword_prefix and end_of_word_suffix;
/// - normalizers NFC, NFD, NFKC, NFKD, Lowercase, or a Sequence of these;
/// - pre-tokenizers ByteLevel (last), Split (String or Regex: split_regex.h), Digits, or a Sequence of these;
/// - of the post-processors only what they do to offsets: ByteLevel's and RobertaProcessing's trim_offsets.
/// Errors as load_tokenizer's; kUnsupported names the part that is not among these.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_byte_bpe(const Settings& file, const Settings& config);

/// The older pair of files of RoBERTa and GPT-2, read as transformers' RobertaTokenizerFast and GPT2TokenizerFast read
/// them: which of the two says tokenizer_class in `config` (default: RoBERTa), and add_prefix_space there is heeded.
/// Errors as load_tokenizer's.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> load_byte_bpe_files(const std::string& vocab_path,
                                                                     const std::string& merges_path,
                                                                     const Settings& config);

/// The same from parts, as other containers than tokenizer.json hold them. Views are not kept.
struct ByteBpeParts {
  std::span<const std::string_view> tokens;  ///< spelled as in byte_level.h; the index is the id
  std::span<const std::string_view> merges;  ///< "left right", in order of rank
  std::vector<TokenId> control_ids;          ///< tokens that text never spells
  SpecialTokens special;
};
/// `name` begins the message of errors. Errors: kBadModel, kTooLarge.
[[nodiscard]] Result<std::unique_ptr<Tokenizer>> make_byte_bpe(const ByteBpeParts& parts, PreTokenizer pre_tokenizer,
                                                               ByteBpeOptions options, const std::string& name);

}  // namespace pith
