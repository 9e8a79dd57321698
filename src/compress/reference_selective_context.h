// `reference: true` with method selective_context: what selective-context 0.1.4 returns, quirks included: white space
// collapsed, sentences cut by its regular expression, texts rebuilt from decoded tokens (a character that tokens share
// becomes U+FFFD signs), the next sentence's first token glued on at token level. One text at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/causal_lm.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Each context is shortened by itself, with a threshold of its own: units whose self-information (mean over their
/// tokens, nats) lies below the (1 - rate) quantile of all units go. `rate` is 0.5 if unset; with target_token it is
/// that share of the contexts' tokens. request.reduce_level is "token", "phrase", or "sent" ("sentence").
///
/// A phrase is one token of blank_english.h: the package takes the noun chunks of a trained parser, which is not at
/// hand here. `<|endoftext|>` in a text is one token, as there. Texts are joined by a blank line in the result; counts
/// are `counter`'s; `spans` and `word_scores` stay empty.
///
/// Errors: kInvalidArgument (another reduce_level; a sentence longer than the model's context; tokens and phrases that
/// do not cover the same text, where the package raises), the model's, kCancelled.
[[nodiscard]] Result<CompressResult> compress_selective_context_reference(const CompressRequest& request,
                                                                          const CausalLm& model,
                                                                          const TokenCounter& counter,
                                                                          const ProgressCallback& progress = {});

// Its steps, for tests.

/// The sentences of a text, white space collapsed; none is empty.
[[nodiscard]] std::vector<std::string> selective_context_sentences(std::string_view text);

struct SelectiveUnits {
  std::vector<std::string> texts;
  std::vector<double> information;  ///< NaN for a unit without a token; it always stays
};

/// The `q`-quantile of the values that are numbers (linear interpolation as numpy.nanpercentile's); NaN if there is
/// none. 0 <= q <= 1.
[[nodiscard]] double nan_quantile(std::vector<double> values, double q);

}  // namespace pith
