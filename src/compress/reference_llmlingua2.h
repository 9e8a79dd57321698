// `reference: true`: what llmlingua 0.2.2 returns from compress_prompt with an LLMLingua-2 model, byte for byte, quirks
// included: texts rebuilt from pieces, one threshold per chunk of 510 pieces, rates missed. For people who must
// reproduce published results; everybody else wants the default pipeline.
//
// The arithmetic is that of NumPy 2 (float32 until a forced 1.0 turns an array into float64). Where the library raises
// a Python exception this returns an error that says what the input lacks; where it fails only because of how it counts
// (a literal `<|endoftext|>`), the text is counted as ordinary text.
#pragma once

#include "model/token_classifier.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Compresses with the library's meaning of every field of `request`. Fields it does not have (`tokenizer`,
/// `instruction`, `question`, `return_word_scores`) are ignored; unset ones take the library's defaults: rate 0.5, no
/// target_token (then both may be given, the target wins), context filter on. A target_token of 0 or less is allowed.
///
/// `counter` should be cl100k_base. `progress` as for TokenClassifier; each distinct chunk runs through the model once.
/// `spans` and `word_scores` of the result stay empty (asking for the scores is answered by a warning); the counts are
/// sums over contexts. Errors: kInvalidArgument where the library fails; kUnsupported for a tokenizer family without
/// word rules, and for force tokens whose [NEWi] the model has no embedding for; kTooLarge; what the classifier
/// returns.
[[nodiscard]] Result<CompressResult> compress_llmlingua2_reference(const CompressRequest& request,
                                                                   const TokenClassifier& classifier,
                                                                   const TokenCounter& counter,
                                                                   const ProgressCallback& progress = {});

}  // namespace pith
