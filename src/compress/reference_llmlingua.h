// `reference: true` with a causal model: what llmlingua 0.2.2 returns from compress_prompt (methods llmlingua and
// longllmlingua), structured_compress_prompt (`structured`) and compress_json (`json_config`), quirks included. For
// people who must reproduce published results; everybody else wants the default pipeline.
//
// Likelihoods are float32, so identity with the library's texts needs a float32 engine, and even there a token may flip
// whose likelihood lies within rounding of a threshold.
#pragma once

#include <cstddef>

#include "compress/context_ranker.h"
#include "compress/reference_itpc.h"
#include "compress/reference_sentence_budget.h"
#include "model/causal_lm.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// What the library takes from the model's configuration, or has as constants.
struct ReferenceLlmlinguaOptions {
  std::size_t max_positions = 0;          ///< max_position_embeddings; 0 = the model's max_context_tokens()
  std::size_t n_sinks = 10;               ///< cache_bos_num
  TokenId split_token = 13;               ///< of keep_split: the line break of Llama 2
  const ContextRanker* ranker = nullptr;  ///< for rank_methods other than llmlingua, longllmlingua, bm25 and gzip
  ReferenceThresholdObserver observe{};   ///< sees every threshold of the token filter
};

/// Compresses with the library's meaning of every field of `request`; those it does not have are ignored. Unset ones
/// take its defaults: rate 0.5, no target_token (-1 is none, too), context filter on (with json_config: off). With
/// json_config context[0] is the JSON object, and the result's text is the JSON that comes out, as json.dumps writes
/// it. A literal `<|endoftext|>`, which the library refuses to count, is counted as ordinary text.
///
/// `counter` should be cl100k_base. `spans` and `compressed_prompt_list` of the result stay empty. Errors:
/// kInvalidArgument where the library raises; kBadInput for JSON that cannot be read, before or after; kUnsupported for
/// a rank_method without a ranker; kTooLarge; the model's.
[[nodiscard]] Result<CompressResult> compress_llmlingua_reference(const CompressRequest& request, const CausalLm& lm,
                                                                  const TokenCounter& counter,
                                                                  const SentenceSplitter& split_sentences,
                                                                  const ProgressCallback& progress = {},
                                                                  const ReferenceLlmlinguaOptions& options = {});

}  // namespace pith
