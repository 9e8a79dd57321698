// The models of an engine, each loaded when it is first asked for and shared afterwards.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/causal_lm.h"
#include "model/score_cache.h"
#include "model/text_embedder.h"
#include "model/token_classifier.h"
#include "pith/engine.h"

namespace pith {

/// Thread-safe: a model is loaded once, while those who want it wait.
class LoadedModels {
 public:
  /// `options.model` decides which of its places it takes: a GGUF file of a causal model is one, everything else a
  /// token classifier. Errors: kNotFound for a name that is none.
  [[nodiscard]] static Result<std::unique_ptr<LoadedModels>> create(const EngineOptions& options);

  /// Scores of windows are looked up in and added to `scores`; to be called before any model is asked for.
  void remember_scores(std::shared_ptr<ScoreCache> scores, std::string model_identity);

  [[nodiscard]] const EngineOptions& options() const { return options_; }
  [[nodiscard]] const std::string& classifier_path() const { return classifier_path_; }
  [[nodiscard]] bool names_causal_model() const { return !causal_path_.empty(); }
  [[nodiscard]] Precision precision(bool is_reference) const {
    return options_.precision.value_or(default_precision(is_reference));
  }

  /// Errors: those of load_classifier().
  [[nodiscard]] Result<std::shared_ptr<const TokenClassifier>> classifier(Precision precision);

  struct Causal {
    std::shared_ptr<const CausalLm> model;
    std::vector<std::string> warnings;
  };
  /// Errors: those of load_causal_lm(); kNotFound says how to pull the default one.
  [[nodiscard]] Result<Causal> causal(Precision precision);

  /// The sentence encoder, or null and why there is none.
  struct Embedder {
    std::shared_ptr<const TextEmbedder> model;
    std::string warning;
  };
  /// Errors: those of load_embedder(), but for a model that has not been pulled.
  [[nodiscard]] Result<Embedder> embedder(Precision precision);

 private:
  explicit LoadedModels(EngineOptions options) : options_(std::move(options)) {}

  const EngineOptions options_;
  std::string classifier_path_;
  std::string causal_path_;  // "" = options_.causal_model, resolved when it is wanted
  std::shared_ptr<ScoreCache> scores_;
  std::string model_identity_;  // by content if scores outlive the engine, else ""
  std::mutex mutex_;
  std::array<std::shared_ptr<const TokenClassifier>, 4> classifiers_;  // by precision; guarded by mutex_, as the rest
  std::array<std::optional<Causal>, 4> causal_;
  std::optional<Embedder> embedder_;
};

}  // namespace pith
