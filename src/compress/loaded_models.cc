#include "compress/loaded_models.h"

#include <fmt/format.h>

#include "model/cached_classifier.h"
#include "model/llama/llama_causal_lm.h"
#include "model/load_causal_lm.h"
#include "model/load_classifier.h"
#include "model/load_embedder.h"
#include "model/registry.h"

namespace pith {

Result<std::unique_ptr<LoadedModels>> LoadedModels::create(const EngineOptions& options) {
  auto path = resolve_model(options.model);
  if (!path) return tl::unexpected(path.error());
  std::unique_ptr<LoadedModels> models(new LoadedModels(options));
  if (is_causal_gguf(*path)) {
    models->causal_path_ = std::move(*path);
    auto standard = resolve_model(EngineOptions().model);
    if (!standard) return tl::unexpected(standard.error());
    models->classifier_path_ = std::move(*standard);
  } else {
    models->classifier_path_ = std::move(*path);
  }
  return models;
}

void LoadedModels::remember_scores(std::shared_ptr<ScoreCache> scores, std::string model_identity) {
  scores_ = std::move(scores);
  model_identity_ = std::move(model_identity);
}

Result<std::shared_ptr<const TokenClassifier>> LoadedModels::classifier(Precision precision) {
  const std::lock_guard lock(mutex_);
  auto& loaded = classifiers_[static_cast<std::size_t>(precision)];
  if (loaded != nullptr) return loaded;
  auto result = load_classifier({.model_dir = classifier_path_,
                                 .engine = names_causal_model() ? ModelEngine::kAuto : options_.engine,
                                 .device = options_.device,
                                 .precision = precision,
                                 .n_threads = options_.n_threads,
                                 .cache_dir = options_.cache_dir,
                                 .tokenizer = {}});
  if (!result) return result;
  loaded = std::move(*result);
  if (scores_ != nullptr) loaded = std::make_shared<CachedClassifier>(loaded, scores_, model_identity_);
  return loaded;
}

Result<LoadedModels::Causal> LoadedModels::causal(Precision precision) {
  const std::lock_guard lock(mutex_);
  auto& loaded = causal_[static_cast<std::size_t>(precision)];
  if (loaded) return *loaded;
  std::string path = causal_path_;
  if (path.empty()) {
    const auto resolved = resolve_model(options_.causal_model);
    if (!resolved) return tl::unexpected(resolved.error());
    path = *resolved;
  }
  Causal causal;
  auto model = load_causal_lm({.path = path,
                               .engine = options_.engine,
                               .device = options_.device,
                               .precision = precision,
                               .n_threads = options_.n_threads,
                               .n_gpu_layers = options_.n_gpu_layers,
                               .max_context_tokens = 0,
                               .cache_dir = options_.cache_dir},
                              &causal.warnings);
  if (!model) return tl::unexpected(model.error());
  causal.model = std::move(*model);
  loaded = std::move(causal);
  return *loaded;
}

Result<LoadedModels::Embedder> LoadedModels::embedder(Precision precision) {
  if (options_.embedder == "none") return Embedder{};
  const std::lock_guard lock(mutex_);
  if (embedder_) return *embedder_;
  const auto folder = resolve_model(options_.embedder);
  if (!folder && folder.error().code == ErrorCode::kNotFound) {
    return Embedder{nullptr,
                    fmt::format("passages are ranked by the words they share with the question alone, because {}",
                                folder.error().message)};
  }
  if (!folder) return tl::unexpected(folder.error());
  auto loaded = load_embedder({.model_dir = *folder,
                               .precision = precision,
                               .n_threads = options_.n_threads,
                               .cache_dir = options_.cache_dir,
                               .tokenizer = {}});
  if (!loaded) return tl::unexpected(loaded.error());
  embedder_ = Embedder{std::move(*loaded), ""};
  return *embedder_;
}

}  // namespace pith
