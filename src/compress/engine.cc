// Engine: loaded models, token counters and the dispatch to a method.
#include "pith/engine.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>

#include "compress/compress_minified.h"
#include "compress/independent_parts.h"
#include "compress/llmlingua2.h"
#include "compress/reference_llmlingua2.h"
#include "compress/securitylingua.h"
#include "compress/validate.h"
#include "model/cached_classifier.h"
#include "model/load_classifier.h"
#include "model/load_embedder.h"
#include "model/model_identity.h"
#include "model/registry.h"
#include "model/sqlite_score_cache.h"
#include "tokenize/token_counter.h"

namespace pith {
namespace {

constexpr std::string_view kDefaultModel = "default";

using ClassifierPtr = std::shared_ptr<const TokenClassifier>;

class LoadedEngine final : public Engine {
 public:
  LoadedEngine(EngineOptions options, std::string model_dir)
      : options_(std::move(options)), model_dir_(std::move(model_dir)) {}

  /// To be called once, before the engine is used. Errors: those of SqliteScoreCache::open and model_identity().
  Result<void> open_caches() {
    if (options_.score_cache_path == "none") return {};
    const std::size_t part_bytes = options_.score_cache_bytes / 4;
    if (part_bytes > 0) {
      parts_ = std::make_unique<PartCache>(part_bytes);
      scores_ = std::make_shared<MemoryScoreCache>(options_.score_cache_bytes - part_bytes);
    }
    if (options_.score_cache_path.empty()) return {};
    const auto identity = model_identity(model_dir_, options_.cache_dir);
    if (!identity) return tl::unexpected(identity.error());
    model_identity_ = identity->hex();
    auto file = SqliteScoreCache::open({.path = options_.score_cache_path});
    if (!file) return tl::unexpected(file.error());
    if (scores_ == nullptr) {
      scores_ = std::move(*file);
    } else {
      scores_ = std::make_shared<LayeredScoreCache>(std::move(scores_), std::move(*file));
    }
    return {};
  }

  /// The model at one precision, loaded when it is first asked for. Thread-safe.
  Result<ClassifierPtr> classifier(Precision wanted) const {
    const std::lock_guard lock(mutex_);
    ClassifierPtr& loaded = loaded_[static_cast<std::size_t>(wanted)];
    if (loaded == nullptr) {
      auto result = load_classifier({.model_dir = model_dir_,
                                     .engine = options_.engine,
                                     .device = options_.device,
                                     .precision = wanted,
                                     .n_threads = options_.n_threads,
                                     .cache_dir = options_.cache_dir,
                                     .tokenizer = {}});
      if (!result) return tl::unexpected(result.error());
      loaded = std::move(*result);
      if (scores_ != nullptr) loaded = std::make_shared<CachedClassifier>(loaded, scores_, model_identity_);
    }
    return loaded;
  }

  /// The sentence encoder, or null and why there is none.
  struct EmbedderState {
    std::shared_ptr<const TextEmbedder> model;
    std::string warning;
  };

  /// Loaded when it is first asked for. Thread-safe. Errors: those of load_embedder(), but for a model that has not
  /// been pulled.
  Result<EmbedderState> embedder(Precision wanted) const {
    if (options_.embedder == "none") return EmbedderState{};
    const std::lock_guard lock(mutex_);
    if (embedder_) return *embedder_;
    const auto folder = resolve_model(options_.embedder);
    if (!folder && folder.error().code == ErrorCode::kNotFound) {
      return EmbedderState{
          nullptr, fmt::format("passages are ranked by the words they share with the question alone, because {}",
                               folder.error().message)};
    }
    if (!folder) return tl::unexpected(folder.error());
    auto loaded = load_embedder({.model_dir = *folder,
                                 .precision = wanted,
                                 .n_threads = options_.n_threads,
                                 .cache_dir = options_.cache_dir,
                                 .tokenizer = {}});
    if (!loaded) return tl::unexpected(loaded.error());
    embedder_ = EmbedderState{std::move(*loaded), ""};
    return *embedder_;
  }

  Result<CompressResult> compress(const CompressRequest& request, const CompressProgress& progress) const override {
    try {
      return dispatch(request, progress);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("internal error: ") + error.what());
    }
  }

  [[nodiscard]] std::string model_description() const override {
    const auto loaded = classifier(precision(false));
    return loaded ? (*loaded)->description() : loaded.error().message;
  }

  [[nodiscard]] Precision precision(bool is_reference) const {
    return options_.precision.value_or(default_precision(is_reference));
  }

 private:
  Result<CompressResult> dispatch(const CompressRequest& request, const CompressProgress& progress) const {
    if (const auto valid = validate(request); !valid) return tl::unexpected(valid.error());
    const std::string default_tokenizer = request.reference ? "cl100k_base" : "o200k_base";
    const auto counter = load_token_counter(request.tokenizer.empty() ? default_tokenizer : request.tokenizer);
    if (!counter) return tl::unexpected(counter.error());
    const auto model = classifier(precision(request.reference));
    if (!model) return tl::unexpected(model.error());
    EmbedderState embedder;
    if (ranks_by_question(request)) {
      auto loaded = this->embedder(precision(false));
      if (!loaded) return tl::unexpected(loaded.error());
      embedder = std::move(*loaded);
    }
    const auto compress_as_is = [&](const CompressRequest& one, const CompressProgress& one_progress) {
      return one.reference ? compress_llmlingua2_reference(one, **model, **counter, one_progress)
                           : compress_llmlingua2(one, **model, **counter,
                                                 {options_.window_tokens, options_.window_overlap_tokens}, one_progress,
                                                 embedder.model.get());
    };
    const auto compress_one = [&](const CompressRequest& one, const CompressProgress& one_progress) {
      if (!one.minify) return compress_as_is(one, one_progress);
      return compress_minified(one, **counter,
                               [&](const CompressRequest& small) { return compress_as_is(small, one_progress); });
    };
    // The results of parts stay in this engine, whose model and windows never change.
    const std::string models = model_identity_ + (embedder.model == nullptr ? "" : " and a sentence encoder");
    auto result = request.independent_contexts
                      ? compress_independent_parts(request, **counter, models, parts_.get(), compress_one, progress)
                      : compress_one(request, progress);
    if (result && request.method == kSecurityLingua) {
      result->system_prompt = with_intention_notice(request.instruction, result->compressed_prompt);
      if (options_.model == kDefaultModel) {
        result->warnings.emplace_back(
            "the default model keeps what a summary keeps; method securitylingua wants one trained for it, such as "
            "SecurityLingua/securitylingua-xlm-s2s");
      }
    }
    if (result) {
      if (!embedder.warning.empty()) result->warnings.push_back(embedder.warning);
      for (std::string& warning : unused_field_warnings(request)) result->warnings.push_back(std::move(warning));
      if (scores_ != nullptr) {
        if (std::string warning = scores_->warning(); !warning.empty()) result->warnings.push_back(std::move(warning));
      }
    }
    return result;
  }

  const EngineOptions options_;
  const std::string model_dir_;
  std::string model_identity_;  // by content if scores outlive the engine, else ""
  std::shared_ptr<ScoreCache> scores_;
  std::unique_ptr<PartCache> parts_;
  mutable std::mutex mutex_;
  mutable std::array<ClassifierPtr, 4> loaded_;    // by precision; guarded by mutex_
  mutable std::optional<EmbedderState> embedder_;  // guarded by mutex_
};

}  // namespace

Result<std::shared_ptr<const Engine>> Engine::create(const EngineOptions& options) {
  try {
    auto model_dir = resolve_model(options.model);
    if (!model_dir) return tl::unexpected(model_dir.error());
    auto engine = std::make_shared<LoadedEngine>(options, std::move(*model_dir));
    if (const auto opened = engine->open_caches(); !opened) return tl::unexpected(opened.error());
    // Load now what the options say, so that a bad model is reported here and not by the first request.
    if (const auto loaded = engine->classifier(engine->precision(false)); !loaded) {
      return tl::unexpected(loaded.error());
    }
    return engine;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, std::string("internal error: ") + error.what());
  }
}

}  // namespace pith
