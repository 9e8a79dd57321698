#include "compress/rankers/make_ranker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/suggest.h"
#include "compress/rankers/bm25_ranker.h"
#include "compress/rankers/embedding_ranker.h"
#include "compress/rankers/gzip_ranker.h"
#include "compress/rankers/perplexity_ranker.h"
#include "compress/rankers/ranking_server.h"
#include "compress/rankers/server_ranker.h"

namespace pith {
namespace {

struct Method {
  std::string_view name;
  RankerNeeds needs;
};
constexpr std::array kMethods{
    Method{"bm25", RankerNeeds::kNothing},
    Method{"gzip", RankerNeeds::kNothing},
    Method{"llmlingua", RankerNeeds::kCausalLm},
    Method{"longllmlingua", RankerNeeds::kCausalLm},
    Method{"embedding", RankerNeeds::kEmbedder},
    Method{"sentbert", RankerNeeds::kEmbedder},
    Method{"bge", RankerNeeds::kEmbedder},
    Method{"openai", RankerNeeds::kEndpoint},
    Method{"voyageai", RankerNeeds::kEndpoint},
    Method{"cohere", RankerNeeds::kEndpoint},
    Method{"jinza", RankerNeeds::kEndpoint},
    Method{"bge_reranker", RankerNeeds::kEndpoint},
    Method{"bge_llmembedder", RankerNeeds::kEndpoint},
};
constexpr auto kNames = [] {
  std::array<std::string_view, kMethods.size()> names;
  for (std::size_t m = 0; m < names.size(); ++m) names[m] = kMethods[m].name;
  return names;
}();

const Method* find_method(std::string_view name) {
  const auto found = std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& m) { return m.name == name; });
  return found == kMethods.end() ? nullptr : &*found;
}

}  // namespace

Result<RankCondition> rank_condition(std::string_view rank_method, std::string_view condition_in_question) {
  constexpr std::string_view kSuffix = "_condition";
  std::string_view base = condition_in_question;
  if (base.ends_with(kSuffix)) base.remove_suffix(kSuffix.size());
  constexpr std::array<std::string_view, 3> kBases{"none", "before", "after"};
  const auto found = std::find(kBases.begin(), kBases.end(), base);
  if (found == kBases.end()) {
    return fail(ErrorCode::kUnknownField,
                fmt::format("condition_in_question: unknown value \"{}\"{}; it is none, before or after, optionally "
                            "followed by _condition",
                            condition_in_question, did_you_mean(base, kBases)));
  }
  if (rank_method == "llmlingua" || (base == "none" && rank_method != "longllmlingua")) return RankCondition::kNone;
  return base == "before" ? RankCondition::kBefore : RankCondition::kAfter;
}

Result<RankerNeeds> ranker_needs(std::string_view rank_method) {
  if (const Method* method = find_method(rank_method)) return method->needs;
  return fail(ErrorCode::kUnknownField,
              fmt::format("rank_method: unknown method \"{}\"{}; it is one of {}", rank_method,
                          did_you_mean(rank_method, kNames), fmt::join(kNames, ", ")));
}

bool is_rank_method(std::string_view name) { return find_method(name) != nullptr; }

std::span<const std::string_view> rank_methods() { return kNames; }

Result<std::unique_ptr<ContextRanker>> make_ranker(std::string_view rank_method, const RankerSources& sources) {
  const auto needs = ranker_needs(rank_method);
  if (!needs) return tl::unexpected(needs.error());
  switch (*needs) {
    case RankerNeeds::kNothing:
      if (rank_method == "gzip") return std::make_unique<GzipRanker>();
      return std::make_unique<Bm25Ranker>(sources.reference);
    case RankerNeeds::kCausalLm:
      if (sources.causal == nullptr) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("rank_method \"{}\" needs a causal model; name one, or use bm25", rank_method));
      }
      return std::make_unique<PerplexityRanker>(sources.causal, sources.condition);
    case RankerNeeds::kEmbedder:
      if (sources.embedder == nullptr) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("rank_method \"{}\" needs an embedding model; name one, or use bm25", rank_method));
      }
      return std::make_unique<EmbeddingRanker>(sources.embedder);
    case RankerNeeds::kEndpoint: {
      auto server = resolve_ranking_server(rank_method, sources.endpoint);
      if (!server) return tl::unexpected(server.error());
      return std::make_unique<ServerRanker>(std::move(*server));
    }
  }
  PITH_CHECK(false, std::string(rank_method));
}

}  // namespace pith
