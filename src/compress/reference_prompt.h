// The library's compress_prompt with a causal model: the stages in their order. reference_llmlingua.h is its door;
// reference_structured.h and the JSON wrapper prepare what it takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compress/reference_llmlingua.h"
#include "compress/reference_model_text.h"
#include "compress/reference_tags.h"

namespace pith {

/// What stays the same for all stages of a call. Views its arguments.
struct ReferenceCall {
  const CausalLm& lm;
  const TokenCounter& counter;
  const SentenceSplitter& split_sentences;
  const ReferenceLlmlinguaOptions& options;
  ReferenceModelText text;
  std::size_t max_positions = 0;
  ReferenceProgress progress;
};

/// One call's arguments after the wrappers. The request's `structured`, `json_config` and `target_token` are ignored.
struct ReferencePrompt {
  CompressRequest request;  ///< contexts without tags, at least one
  double rate = kDefaultRate;
  double target = -1;                                          ///< model tokens; -1: what `rate` leaves
  std::optional<std::vector<std::vector<ReferenceRun>>> runs;  ///< of each context, if they had tags
};

/// rate's budget for the contexts, in model tokens; negative if instruction and question alone exceed it.
[[nodiscard]] double reference_target(const CompressRequest& request, double rate, const ReferenceModelText& text);

[[nodiscard]] Result<CompressResult> compress_reference_prompt(ReferencePrompt prompt, ReferenceCall& call);

}  // namespace pith
