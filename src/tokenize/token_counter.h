// The TokenCounter seam: how many tokens the *target* model will see. Budgets are kept in these units.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// Immutable after loading and thread-safe. Counts equal those of the named tokenizer with special tokens in the text
/// treated as ordinary text (tiktoken: `encode_ordinary`). Invalid UTF-8 is counted as its lossy decoding
/// (one U+FFFD per maximal invalid sequence), which is what the target's API would receive. Linear in the text's
/// length.
class TokenCounter {
 public:
  TokenCounter() = default;
  TokenCounter(const TokenCounter&) = delete;
  TokenCounter& operator=(const TokenCounter&) = delete;
  virtual ~TokenCounter() = default;

  [[nodiscard]] virtual std::size_t count(std::string_view text) const = 0;
  /// "o200k_base", "cl100k_base", or the path it was loaded from.
  [[nodiscard]] virtual std::string_view name() const = 0;
};

/// A counter by name: `o200k_base`, `cl100k_base`, or the path of a tokenizer.json or of a folder that holds a
/// tokenizer (load_tokenizer.h: whatever it reads). Loaded once per process and path, shared afterwards; a file that
/// changes later is not read again. A tokenizer's added tokens are ordinary text, as everywhere in Pith. Errors:
/// kUnknownField with a "did you mean" for what is neither; kNotFound/kBadModel when the rank file is missing or
/// damaged; load_tokenizer's errors for a path.
[[nodiscard]] Result<std::shared_ptr<const TokenCounter>> load_token_counter(std::string_view name);

/// One that counts the tokens of any tokenizer.
[[nodiscard]] std::shared_ptr<const TokenCounter> make_token_counter(std::string name,
                                                                     std::unique_ptr<const Tokenizer> tokenizer);

/// Whether a name is taken for a path: it has a slash in it or ends in ".json" or ".gguf".
[[nodiscard]] bool is_tokenizer_path(std::string_view name);

/// Names load_token_counter accepts beside paths, in the order a help text shows them.
[[nodiscard]] std::vector<std::string_view> token_counter_names();

}  // namespace pith
