// Start here. An Engine owns loaded models and compresses requests.
//
//   auto engine = pith::Engine::create({.model = "default"});
//   if (!engine) { std::cerr << engine.error().message << '\n'; return 1; }
//   pith::CompressRequest request;
//   request.context = {text};
//   request.rate = 0.33;
//   auto result = (*engine)->compress(request);
//   if (result) std::cout << result->compressed_prompt;
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pith/compress.h"
#include "pith/ranking_endpoint.h"
#include "pith/result.h"

namespace pith {

/// What requests run at when nothing is said: int8 is what people run, the reference is defined by f32 numbers.
[[nodiscard]] constexpr Precision default_precision(bool is_reference) {
  return is_reference ? Precision::kF32 : Precision::kInt8;
}

struct EngineOptions {
  /// "default", a name `pith models list` shows, a folder in Hugging Face layout, or a GGUF file that
  /// `pith convert --gguf` made of one.
  std::string model = "default";
  /// The causal model (a GGUF file, or a name `pith models list` shows) of methods llmlingua, longllmlingua and
  /// selective_context and of rankings by perplexity. `model` takes its place when that names a causal model.
  std::string causal_model = "smollm2-135m";
  /// The sentence encoder that ranks passages by a question: a name `pith models list` shows or a folder. If it has not
  /// been pulled, words in common rank alone and the result says so; "none" asks for that.
  std::string embedder = "minilm";
  /// Which engine is to run the model, for callers who want an error rather than another one.
  ModelEngine engine = ModelEngine::kAuto;
  /// Where the llama.cpp engine computes; OpenVINO uses the CPU.
  Device device = Device::kAuto;
  /// Layers of a causal model that llama.cpp puts on a GPU; -1 = all.
  int n_gpu_layers = -1;
  /// Servers that rank contexts (rank_method openai, voyageai, cohere, ...); see ranking_endpoint.h.
  RankingEndpoint ranking_endpoint;
  /// Unset: default_precision() of each request; the int8 model is loaded at once, the other when it is first needed.
  std::optional<Precision> precision;
  /// Threads of the forward pass; 0 = one per core this process may use. Does not change results.
  int n_threads = 0;
  /// Where compiled models are kept; "" = the user's cache folder; "none" = keep none. Does not change results.
  std::string cache_dir;
  /// Memory for what was computed before: scores of windows (three quarters) and, with independent_contexts, results of
  /// contexts; the least recently used go first. 0 = remember nothing. Does not change results.
  std::size_t score_cache_bytes = std::size_t{64} << 20;
  /// A file that keeps scores across processes, made with mode 0600 if it is not there; several engines and processes
  /// may share one. It has hashes and scores, no text. "" = memory only, "none" = remember nothing, not in memory
  /// either. Does not change results. See docs/growing-prompts.md.
  std::string score_cache_path;
  /// Tokens of one model window, specials included; 0 = 256 or the model's limit if that is lower. Larger windows see
  /// farther and cost more per token. Changes scores.
  std::size_t window_tokens = 0;
  /// Tokens two neighbouring windows share; each token is judged where it has most context. Changes scores.
  std::size_t window_overlap_tokens = 16;
};

/// Tokens of the forward pass done so far and in all; return false to cancel.
using CompressProgress = std::function<bool(std::size_t n_done_tokens, std::size_t n_total_tokens)>;

/// Immutable after creation and thread-safe: share one between threads.
class Engine {
 public:
  /// Loads the model. Errors: kNotFound, kBadModel, kUnsupported, kInvalidArgument.
  [[nodiscard]] static Result<std::shared_ptr<const Engine>> create(const EngineOptions& options);

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Errors: kInvalidArgument, kBudgetTooSmall, kTooLarge, kUnsupported, kCancelled, kInternal.
  [[nodiscard]] virtual Result<CompressResult> compress(const CompressRequest& request,
                                                        const CompressProgress& progress = {}) const = 0;

  /// One line for people: the model, its size, precision and engine.
  [[nodiscard]] virtual std::string model_description() const = 0;

 protected:
  Engine() = default;
};

}  // namespace pith
