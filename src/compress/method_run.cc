#include "compress/method_run.h"

#include <fmt/format.h>

#include "compress/baselines/baselines.h"
#include "compress/classifier_scorer.h"
#include "compress/methods.h"
#include "compress/perplexity_scorer.h"
#include "compress/pipeline.h"
#include "compress/rankers/make_ranker.h"
#include "compress/reference_llmlingua.h"
#include "compress/reference_llmlingua2.h"
#include "compress/reference_selective_context.h"
#include "compress/selective_scorer.h"
#include "text/punkt.h"
#include "text/segment.h"

namespace pith {
namespace {

/// Sentences by Pith's own rules, as spans from the first word's begin to the last one's end.
std::vector<ByteSpan> own_sentences(std::string_view text) {
  std::vector<ByteSpan> spans;
  const auto document = segment(text);
  if (!document) return spans;
  for (const Sentence& sentence : document->sentences) {
    if (sentence.first_word == sentence.end_word) continue;
    spans.push_back({document->words[sentence.first_word].span.begin, document->words[sentence.end_word - 1].span.end});
  }
  return spans;
}

/// Rankings that reference mode computes itself, in the library's own form.
bool is_reference_ranking(std::string_view name) {
  return name == "llmlingua" || name == "longllmlingua" || name == "bm25" || name == "gzip";
}

class LoadedRun final : public MethodRun {
 public:
  LoadedRun(LoadedModels& models, const TokenCounter& counter) : models_(models), counter_(counter) {}

  /// Loads the models of `request`'s method and of its ranking.
  Result<void> prepare(const CompressRequest& request) {
    if (auto ok = prepare_ranker(request); !ok) return ok;
    return prepare_scorer(request);
  }

  [[nodiscard]] Result<CompressResult> compress(const CompressRequest& request,
                                                const ProgressCallback& progress) const override {
    if (request.reference && classifier_ != nullptr) {
      return compress_llmlingua2_reference(request, *classifier_, counter_, progress);
    }
    if (request.reference && !is_llmlingua_) {
      return compress_selective_context_reference(request, *causal_, counter_, progress);
    }
    if (request.reference) {
      ReferenceLlmlinguaOptions options;
      options.ranker = ranker_.get();
      return compress_llmlingua_reference(request, *causal_, counter_, split_sentences_, progress, options);
    }
    const PipelineParts parts{.scorer = *scorer_, .ranker = ranker_.get(), .is_framed = is_framed_};
    return compress_by_scores(request, parts, counter_, progress);
  }
  [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }
  [[nodiscard]] const std::string& what_else_decides() const override { return what_else_decides_; }

 private:
  [[nodiscard]] Result<void> load_classifier(bool is_reference) {
    auto model = models_.classifier(models_.precision(is_reference));
    if (!model) return tl::unexpected(model.error());
    classifier_ = std::move(*model);
    return {};
  }

  [[nodiscard]] Result<void> load_causal(bool is_reference) {
    if (causal_ != nullptr) return {};
    auto loaded = models_.causal(models_.precision(is_reference));
    if (!loaded) return tl::unexpected(loaded.error());
    causal_ = std::move(loaded->model);
    warnings_.insert(warnings_.end(), loaded->warnings.begin(), loaded->warnings.end());
    return {};
  }

  [[nodiscard]] Result<void> load_embedder() {
    if (embedder_ != nullptr) return {};
    auto loaded = models_.embedder(models_.precision(false));
    if (!loaded) return tl::unexpected(loaded.error());
    embedder_ = std::move(loaded->model);
    if (!loaded->warning.empty()) warnings_.push_back(std::move(loaded->warning));
    return {};
  }

  [[nodiscard]] Result<void> prepare_ranker(const CompressRequest& request) {
    const std::string_view name = rank_method_of(request);
    if (name.empty() || request.context.size() < 2 || request.independent_contexts) return {};
    const MethodInfo& method = *find_method(request.method);
    if (request.reference && (!method.is_framed || is_reference_ranking(name))) return {};
    const auto needs = ranker_needs(name);
    if (!needs) return tl::unexpected(needs.error());
    RankerSources sources{.endpoint = models_.options().ranking_endpoint};
    if (*needs == RankerNeeds::kCausalLm) {
      if (auto ok = load_causal(false); !ok) return ok;
      sources.causal = causal_.get();
      const auto condition = rank_condition(name, request.condition_in_question);
      if (!condition) return tl::unexpected(condition.error());
      sources.condition = *condition;
    } else if (*needs == RankerNeeds::kEmbedder) {
      if (auto ok = load_embedder(); !ok) return ok;
      sources.embedder = embedder_.get();
    }
    auto ranker = make_ranker(name, sources);
    if (!ranker) return tl::unexpected(ranker.error());
    ranker_ = std::move(*ranker);
    if (ranker_->needs_question() && request.question.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("rank_method {} ranks contexts by a question, and there is none: give question", name));
    }
    return {};
  }

  [[nodiscard]] Result<void> prepare_scorer(const CompressRequest& request) {
    is_framed_ = !request.independent_contexts;
    switch (find_method(request.method)->scorer) {
      case Scorer::kTokenClassifier:
        return prepare_classifier(request);
      case Scorer::kCausalLm:
        return prepare_causal(request);
      case Scorer::kBaseline:
        return prepare_baseline(request);
    }
    return {};
  }

  [[nodiscard]] Result<void> prepare_classifier(const CompressRequest& request) {
    if (auto ok = load_classifier(request.reference); !ok) return ok;
    if (ranks_by_question(request)) {
      if (auto ok = load_embedder(); !ok) return ok;
      if (embedder_ != nullptr) what_else_decides_ = " and a sentence encoder";
    }
    windows_ = {models_.options().window_tokens, models_.options().window_overlap_tokens};
    scorer_ = std::make_unique<ClassifierScorer>(*classifier_, windows_, embedder_.get());
    return {};
  }

  [[nodiscard]] Result<void> prepare_causal(const CompressRequest& request) {
    if (auto ok = load_causal(request.reference); !ok) return ok;
    is_llmlingua_ = find_method(request.method)->is_framed;
    if (request.reference) return is_llmlingua_ ? prepare_sentences(request) : Result<void>();
    if (is_llmlingua_) {
      scorer_ = std::make_unique<PerplexityScorer>(causal_);
    } else {
      scorer_ = std::make_unique<SelectiveScorer>(*causal_);
    }
    return {};
  }

  [[nodiscard]] Result<void> prepare_baseline(const CompressRequest& request) {
    if (request.method == "pages" && !request.question.empty()) {
      if (auto ok = load_embedder(); !ok) return ok;
      if (embedder_ != nullptr) what_else_decides_ = " and a sentence encoder";
    }
    auto scorer = make_baseline(request.method, {.embedder = embedder_.get()});
    if (!scorer) return tl::unexpected(scorer.error());
    scorer_ = std::move(*scorer);
    return {};
  }

  /// The library's sentences need NLTK's parameters, which are the user's own to have.
  [[nodiscard]] Result<void> prepare_sentences(const CompressRequest& request) {
    if (!request.use_sentence_level_filter) return {};
    if (const auto folder = find_punkt_parameters()) {
      auto parameters = read_punkt_parameters(*folder);
      if (!parameters) return tl::unexpected(parameters.error());
      split_sentences_ = [shared = std::make_shared<const PunktParameters>(std::move(*parameters))](
                             std::string_view text) { return punkt_sentences(text, *shared); };
      return {};
    }
    warnings_.emplace_back(
        "sentences are cut by Pith's own rules, because NLTK's punkt_tab data was not found (set NLTK_DATA to the "
        "folder "
        "that holds it): the library may cut, and so keep, others");
    split_sentences_ = own_sentences;
    return {};
  }

  LoadedModels& models_;
  const TokenCounter& counter_;
  std::shared_ptr<const TokenClassifier> classifier_;
  std::shared_ptr<const CausalLm> causal_;
  std::shared_ptr<const TextEmbedder> embedder_;
  WindowOptions windows_;
  std::unique_ptr<ContextRanker> ranker_;
  std::unique_ptr<WordScorer> scorer_;
  SentenceSplitter split_sentences_ = own_sentences;  // of reference mode
  bool is_framed_ = true;
  bool is_llmlingua_ = false;  // of the causal methods, llmlingua or longllmlingua
  std::vector<std::string> warnings_;
  std::string what_else_decides_;
};

}  // namespace

Result<std::unique_ptr<MethodRun>> make_method_run(const CompressRequest& request, LoadedModels& models,
                                                   const TokenCounter& counter) {
  auto run = std::make_unique<LoadedRun>(models, counter);
  if (auto ok = run->prepare(request); !ok) return tl::unexpected(ok.error());
  return run;
}

}  // namespace pith
