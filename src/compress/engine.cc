// Engine: loaded models, what is remembered between requests, and the run of a method.
#include "pith/engine.h"

#include <exception>
#include <string_view>

#include "compress/compress_minified.h"
#include "compress/independent_parts.h"
#include "compress/loaded_models.h"
#include "compress/method_run.h"
#include "compress/securitylingua.h"
#include "compress/validate.h"
#include "model/model_identity.h"
#include "model/model_token_counter.h"
#include "model/sqlite_score_cache.h"

namespace pith {
namespace {

constexpr std::string_view kDefaultModel = "default";

class LoadedEngine final : public Engine {
 public:
  explicit LoadedEngine(std::unique_ptr<LoadedModels> models) : models_(std::move(models)) {}

  /// To be called once, before the engine is used. Errors: those of SqliteScoreCache::open and model_identity().
  Result<void> open_caches() {
    const EngineOptions& options = models_->options();
    if (options.score_cache_path == "none") return {};
    const std::size_t part_bytes = options.score_cache_bytes / 4;
    if (part_bytes > 0) {
      parts_ = std::make_unique<PartCache>(part_bytes);
      scores_ = std::make_shared<MemoryScoreCache>(options.score_cache_bytes - part_bytes);
    }
    if (!options.score_cache_path.empty()) {
      const auto identity = model_identity(models_->classifier_path(), options.cache_dir);
      if (!identity) return tl::unexpected(identity.error());
      model_identity_ = identity->hex();
      auto file = SqliteScoreCache::open({.path = options.score_cache_path});
      if (!file) return tl::unexpected(file.error());
      if (scores_ == nullptr) {
        scores_ = std::move(*file);
      } else {
        scores_ = std::make_shared<LayeredScoreCache>(std::move(scores_), std::move(*file));
      }
    }
    models_->remember_scores(scores_, model_identity_);
    return {};
  }

  /// Loads what the options name, so that a bad model is reported at once and not by the first request; the default
  /// model, which ships with Pith, waits for a request that needs it.
  [[nodiscard]] Result<void> load_named_model() const {
    if (models_->options().model == kDefaultModel) return {};
    const Precision precision = models_->precision(false);
    if (models_->names_causal_model()) {
      if (const auto loaded = models_->causal(precision); !loaded) return tl::unexpected(loaded.error());
    } else if (const auto loaded = models_->classifier(precision); !loaded) {
      return tl::unexpected(loaded.error());
    }
    return {};
  }

  Result<CompressResult> compress(const CompressRequest& request, const CompressProgress& progress) const override {
    try {
      return dispatch(request, progress);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("internal error: ") + error.what());
    }
  }

  [[nodiscard]] std::string model_description() const override {
    const Precision precision = models_->precision(false);
    if (models_->names_causal_model()) {
      const auto loaded = models_->causal(precision);
      return loaded ? loaded->model->description() : loaded.error().message;
    }
    const auto loaded = models_->classifier(precision);
    return loaded ? (*loaded)->description() : loaded.error().message;
  }

 private:
  Result<CompressResult> dispatch(const CompressRequest& request, const CompressProgress& progress) const {
    if (const auto valid = validate(request); !valid) return tl::unexpected(valid.error());
    const std::string default_tokenizer = request.reference ? "cl100k_base" : "o200k_base";
    const auto counter = load_model_token_counter(request.tokenizer.empty() ? default_tokenizer : request.tokenizer);
    if (!counter) return tl::unexpected(counter.error());
    const auto run = make_method_run(request, *models_, **counter);
    if (!run) return tl::unexpected(run.error());
    const auto compress_one = [&](const CompressRequest& one, const CompressProgress& one_progress) {
      if (!one.minify) return (*run)->compress(one, one_progress);
      return compress_minified(one, **counter,
                               [&](const CompressRequest& small) { return (*run)->compress(small, one_progress); });
    };
    // The results of parts stay in this engine, whose models and windows never change.
    auto result = request.independent_contexts
                      ? compress_independent_parts(request, **counter, model_identity_ + (*run)->what_else_decides(),
                                                   parts_.get(), compress_one, progress)
                      : compress_one(request, progress);
    if (!result) return result;
    if (request.method == kSecurityLingua) {
      result->system_prompt = with_intention_notice(request.instruction, result->compressed_prompt);
      if (models_->options().model == kDefaultModel) {
        result->warnings.emplace_back(
            "the default model keeps what a summary keeps; method securitylingua wants one trained for it, such as "
            "SecurityLingua/securitylingua-xlm-s2s");
      }
    }
    for (const std::string& warning : (*run)->warnings()) result->warnings.push_back(warning);
    for (std::string& warning : unused_field_warnings(request)) result->warnings.push_back(std::move(warning));
    if (scores_ != nullptr) {
      if (std::string warning = scores_->warning(); !warning.empty()) result->warnings.push_back(std::move(warning));
    }
    return result;
  }

  const std::unique_ptr<LoadedModels> models_;
  std::string model_identity_;  // by content if scores outlive the engine, else ""
  std::shared_ptr<ScoreCache> scores_;
  std::unique_ptr<PartCache> parts_;
};

}  // namespace

Result<std::shared_ptr<const Engine>> Engine::create(const EngineOptions& options) {
  try {
    auto models = LoadedModels::create(options);
    if (!models) return tl::unexpected(models.error());
    auto engine = std::make_shared<LoadedEngine>(std::move(*models));
    if (const auto opened = engine->open_caches(); !opened) return tl::unexpected(opened.error());
    if (const auto loaded = engine->load_named_model(); !loaded) return tl::unexpected(loaded.error());
    return engine;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, std::string("internal error: ") + error.what());
  }
}

}  // namespace pith
