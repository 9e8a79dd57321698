#include "model/llama/llama_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/encoder_config.h"
#include "model/llama/encoder_lane.h"
#include "model/llama/encoder_weights.h"
#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_embeddings.h"
#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"
#include "model/llama/lane_pool.h"
#include "model/openvino/cpu_identity.h"
#include "model/sequence_order.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

/// Tokens of a batch on a GPU: enough to fill one, little enough that a short text does not wait for nothing.
constexpr std::size_t kGpuBatchTokens = 8192;
/// Lengths are rounded up to a multiple of this, on CPUs because ggml's fast products want multiples of 16, and the
/// padding is masked: 256 tokens are then computed in 60 % of the time that 255 take otherwise.
constexpr std::size_t kLengthStep = 16;
constexpr std::size_t kBatchLengthStep = 64;

/// Sequences computed together.
struct Batch {
  std::vector<std::size_t> sequences;
  EncoderGraphShape shape;
};

class LlamaClassifier final : public TokenClassifier {
 public:
  LlamaClassifier(EncoderConfig config, LlamaOptions options, std::shared_ptr<const GgufFile> file,
                  GgufEmbeddings embeddings, EncoderWeights weights)
      : config_(std::move(config)),
        options_(std::move(options)),
        file_(std::move(file)),
        embeddings_(std::move(embeddings)),
        weights_(std::move(weights)) {}

  /// The rest of construction. Errors: kInternal.
  Result<void> start(const GgmlDevices& devices, bool on_gpu) {
    const std::size_t n_lanes = on_gpu ? 1 : static_cast<std::size_t>(options_.n_threads);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      auto lane = EncoderLane::make({config_, embeddings_, weights_}, devices, on_gpu);
      if (!lane) return tl::unexpected(lane.error());
      lanes_.push_back(std::move(*lane));
    }
    device_ = ggml_backend_dev_description(on_gpu ? devices.gpu : devices.cpu);
    on_gpu_ = on_gpu;
    pool_.emplace(n_lanes);
    return {};
  }

  Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                const ProgressCallback& progress) const override {
    if (auto ok = check_sequences(*this, sequences); !ok) return tl::unexpected(ok.error());
    std::vector<float> probabilities(sequences.ids.size());
    try {
      if (auto ok = run(sequences, progress, probabilities); !ok) return tl::unexpected(ok.error());
    } catch (const std::exception& e) {
      return fail(ErrorCode::kInternal, fmt::format("llama.cpp failed on {}: {}", file_->path(), e.what()));
    }
    return probabilities;
  }

  const Tokenizer& tokenizer() const override { return *options_.tokenizer; }
  std::size_t n_embedding_rows() const override { return static_cast<std::size_t>(config_.vocab_size); }
  std::size_t max_sequence_tokens() const override { return static_cast<std::size_t>(config_.max_sequence_tokens); }
  std::string description() const override {
    const std::string where =
        on_gpu_ ? device_ : fmt::format("CPU, {} thread{}", options_.n_threads, options_.n_threads == 1 ? "" : "s");
    return fmt::format("{} {} layers x {}, {}, llama.cpp (ggml {}) on {}", architecture_title(config_.architecture),
                       config_.n_layers, config_.hidden_size, weights_.storage(), ggml_version_text(), where);
  }
  std::string arithmetic() const override {
    return fmt::format("ggml {} on {}, {}, batches of {}", ggml_version_text(), device_, cpu_identity(),
                       options_.n_batch_tokens);
  }

 private:
  /// Longest first, so that the lanes finish together.
  std::vector<Batch> plan(const TokenSequences& sequences) const {
    const std::size_t n_batch_tokens = options_.n_batch_tokens != 0 ? options_.n_batch_tokens
                                       : on_gpu_                    ? kGpuBatchTokens
                                                                    : 0;
    std::vector<Batch> batches;
    for (const std::size_t s : longest_first(sequences)) {
      const std::size_t n = sequences.sequence(s).size();
      const std::size_t step = n_batch_tokens == 0 ? kLengthStep : kBatchLengthStep;
      const std::size_t n_padded = (n + step - 1) / step * step;
      if (n_batch_tokens == 0) {
        batches.push_back({.sequences = {s},
                           .shape = {.n_tokens = static_cast<std::int64_t>(n_padded),
                                     .n_sequences = 1,
                                     .is_masked = n_padded != n || !hidden_in(sequences, s).empty()}});
        continue;
      }
      const std::size_t n_sequences = std::max<std::size_t>(1, n_batch_tokens / n_padded);
      const bool fits = !batches.empty() && batches.back().shape.n_tokens == static_cast<std::int64_t>(n_padded) &&
                        batches.back().sequences.size() < n_sequences;
      if (!fits) {
        batches.push_back({.sequences = {},
                           .shape = {.n_tokens = static_cast<std::int64_t>(n_padded),
                                     .n_sequences = static_cast<std::int64_t>(n_sequences),
                                     .is_masked = true}});
      }
      batches.back().sequences.push_back(s);
    }
    return batches;
  }

  Result<void> run(const TokenSequences& sequences, const ProgressCallback& progress,
                   std::span<float> probabilities) const {
    const std::vector<Batch> batches = plan(sequences);
    std::mutex mutex;
    std::optional<Error> error;  // guarded by mutex
    const auto compute = [&](std::size_t lane, std::size_t b) {
      std::vector<std::vector<std::size_t>> hidden(batches[b].sequences.size());
      std::vector<EncoderJob> jobs;
      for (std::size_t i = 0; i < hidden.size(); ++i) {
        const std::size_t s = batches[b].sequences[i];
        for (const std::size_t h : hidden_in(sequences, s)) hidden[i].push_back(h - sequences.begin[s]);
        const auto ids = sequences.sequence(s);
        jobs.push_back({ids, hidden[i], probabilities.subspan(sequences.begin[s], ids.size())});
      }
      if (auto ok = lanes_[lane].run(jobs, batches[b].shape); !ok) {
        const std::lock_guard lock(mutex);
        if (!error) error = {ok.error().code, fmt::format("{}: {}", file_->path(), ok.error().message)};
      }
    };
    std::size_t n_done_tokens = 0;
    const bool finished = pool_->run(batches.size(), compute, [&](std::size_t b) {
      for (const std::size_t s : batches[b].sequences) n_done_tokens += sequences.sequence(s).size();
      {
        const std::lock_guard lock(mutex);
        if (error) return false;
      }
      return !progress || progress(n_done_tokens, sequences.ids.size());
    });
    if (error) return tl::unexpected(*error);
    if (!finished) {
      return fail(ErrorCode::kCancelled,
                  fmt::format("cancelled after {} of {} tokens", n_done_tokens, sequences.ids.size()));
    }
    return {};
  }

  const EncoderConfig config_;
  const LlamaOptions options_;
  const std::shared_ptr<const GgufFile> file_;
  const GgufEmbeddings embeddings_;
  const EncoderWeights weights_;
  std::string device_;
  bool on_gpu_ = false;
  mutable std::vector<EncoderLane> lanes_;  // each used by its thread of pool_ alone
  mutable std::optional<LanePool> pool_;    // after lanes_: its threads end first
};

Result<std::unique_ptr<Tokenizer>> read_tokenizer(const GgufFile& file) {
  const auto text = file.text(kGgufTokenizerKey);
  if (!text) return tl::unexpected(text.error());
  TokenizerTexts texts{.tokenizer_json = *text};
  for (const auto& [key, target] : {std::pair{kGgufTokenizerConfigKey, &texts.tokenizer_config_json},
                                    std::pair{kGgufSpecialTokensKey, &texts.special_tokens_map_json}}) {
    if (file.find(key) == nullptr) continue;
    const auto optional = file.text(key);
    if (!optional) return tl::unexpected(optional.error());
    *target = *optional;
  }
  return load_tokenizer(texts, file.path());
}

}  // namespace

Result<std::shared_ptr<const TokenClassifier>> load_llama_classifier(const std::string& path,
                                                                     const LlamaOptions& options) {
  auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return load_llama_classifier(std::make_shared<const GgufFile>(std::move(*file)), options);
}

Result<std::shared_ptr<const TokenClassifier>> load_llama_classifier(const std::shared_ptr<const GgufFile>& file,
                                                                     const LlamaOptions& options) {
  PITH_CHECK(options.n_threads > 0, "");
  const auto config = read_gguf_config(*file);
  if (!config) return tl::unexpected(config.error());
  LlamaOptions complete = options;
  if (complete.tokenizer == nullptr) {
    auto tokenizer = read_tokenizer(*file);
    if (!tokenizer) return tl::unexpected(tokenizer.error());
    complete.tokenizer = std::move(*tokenizer);
  }
  if (complete.tokenizer->vocab_size() > static_cast<std::size_t>(config->vocab_size)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: vocab_size is {}, but the tokenizer has ids up to {}", file->path(),
                            config->vocab_size, complete.tokenizer->vocab_size() - 1));
  }
  auto embeddings = GgufEmbeddings::load(*config, file);
  if (!embeddings) return tl::unexpected(embeddings.error());
  const auto devices = ggml_devices();
  if (!devices) return tl::unexpected(devices.error());
  if (options.device == Device::kGpu && devices->gpu == nullptr) {
    return fail(ErrorCode::kUnsupported,
                "no GPU that this build of Pith can use; see docs/gguf.md on building for one");
  }
  const bool on_gpu = options.device != Device::kCpu && devices->gpu != nullptr;
  auto weights = EncoderWeights::load(*config, file, on_gpu ? devices->gpu : devices->cpu);
  if (!weights) return tl::unexpected(weights.error());
  auto classifier = std::make_shared<LlamaClassifier>(*config, std::move(complete), file, std::move(*embeddings),
                                                      std::move(*weights));
  if (auto ok = classifier->start(*devices, on_gpu); !ok) return tl::unexpected(ok.error());
  return classifier;
}

}  // namespace pith
