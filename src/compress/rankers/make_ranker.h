// Context rankers by the names of rank_method.
//
//   auto needs = ranker_needs("longllmlingua");                      // kCausalLm: load one
//   auto ranker = make_ranker("longllmlingua", {.causal = lm.get(), .condition = RankCondition::kAfter});
//   auto order = (*ranker)->rank(question, contexts);
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "compress/context_ranker.h"
#include "model/causal_lm.h"
#include "model/text_embedder.h"
#include "pith/ranking_endpoint.h"
#include "pith/result.h"

namespace pith {

/// Where the question stands when contexts are ranked by perplexity (condition_in_question without its suffix).
enum class RankCondition {
  kNone,    ///< nowhere: the most surprising context is best
  kBefore,  ///< before the context, whose perplexity counts: the least surprising is best
  kAfter,   ///< behind the context, and the question's own perplexity counts: the least surprising is best
};

/// What condition_in_question ("none", "before" or "after", with or without "_condition") means to a rank_method:
/// llmlingua never looks at the question; longllmlingua always does, so "none" is kAfter to it. (The library takes its
/// own "none_condition" for kNone, which switches the question off by a slip; a reference pipeline must say so itself.)
/// Errors: kUnknownField for another word.
[[nodiscard]] Result<RankCondition> rank_condition(std::string_view rank_method,
                                                   std::string_view condition_in_question);

/// What a ranker reads; the models must outlive it. Only what ranker_needs() says has to be there.
struct RankerSources {
  const CausalLm* causal = nullptr;
  const TextEmbedder* embedder = nullptr;
  RankingEndpoint endpoint{};
  RankCondition condition = RankCondition::kAfter;  ///< for llmlingua and longllmlingua
  bool reference = false;  ///< the published library's own formula; of these methods bm25 differs (bm25.h)
};

enum class RankerNeeds { kNothing, kCausalLm, kEmbedder, kEndpoint };

/// Errors: kUnknownField.
[[nodiscard]] Result<RankerNeeds> ranker_needs(std::string_view rank_method);

[[nodiscard]] bool is_rank_method(std::string_view name);
/// All of them, for lists and suggestions.
[[nodiscard]] std::span<const std::string_view> rank_methods();

/// Methods, with what their key is and which end of it is best:
///   bm25           Pith's BM25 (reference: that of rank_bm25), highest
///   gzip           normalised compression distance, lowest
///   llmlingua, longllmlingua      mean surprisal (perplexity_ranker.h), by `condition`
///   embedding, sentbert, bge      cosine under the local embedder, whichever it is, highest
///   openai, voyageai, bge_llmembedder     cosine of a server's vectors, highest (server_ranker.h)
///   cohere, jinza, bge_reranker           a server's own score, highest
/// Errors: kUnknownField (another name), kInvalidArgument (a source is missing, the endpoint makes no sense).
[[nodiscard]] Result<std::unique_ptr<ContextRanker>> make_ranker(std::string_view rank_method,
                                                                 const RankerSources& sources);

}  // namespace pith
