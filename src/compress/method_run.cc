#include "compress/method_run.h"

#include <fmt/format.h>

#include "compress/classifier_scorer.h"
#include "compress/methods.h"
#include "compress/pipeline.h"
#include "compress/rankers/make_ranker.h"
#include "compress/reference_llmlingua2.h"

namespace pith {
namespace {

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
    if (request.reference) return compress_llmlingua2_reference(request, *classifier_, counter_, progress);
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
    if (name.empty() || request.reference || request.context.size() < 2 || request.independent_contexts) return {};
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
    if (auto ok = load_classifier(request.reference); !ok) return ok;
    if (ranks_by_question(request)) {
      if (auto ok = load_embedder(); !ok) return ok;
      if (embedder_ != nullptr) what_else_decides_ = " and a sentence encoder";
    }
    windows_ = {models_.options().window_tokens, models_.options().window_overlap_tokens};
    scorer_ = std::make_unique<ClassifierScorer>(*classifier_, windows_, embedder_.get());
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
  bool is_framed_ = true;
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
