#include "model/openvino/decoder_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <openvino/core/version.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "model/openvino/compiled_network.h"
#include "model/openvino/decoder_config.h"
#include "model/openvino/decoder_graph.h"
#include "model/openvino/decoder_networks.h"
#include "model/openvino/decoder_session.h"
#include "model/precision.h"
#include "model/sequence_order.h"

namespace pith {
namespace {

class DecoderLm final : public CausalLm {
 public:
  DecoderLm(std::shared_ptr<const DecoderShared> shared, DecoderOptions options,
            std::shared_ptr<const Tokenizer> tokenizer, TokenId bos)
      : shared_(std::move(shared)), options_(std::move(options)), tokenizer_(std::move(tokenizer)), bos_(bos) {}

  [[nodiscard]] Result<std::vector<float>> score(const CausalBatch& batch,
                                                 const ProgressCallback& progress) const override;

  [[nodiscard]] Result<std::unique_ptr<CausalSession>> new_session() const override {
    auto networks = this->networks(1);
    if (!networks) return tl::unexpected(std::move(networks.error()));
    return std::make_unique<DecoderSession>(shared_, std::move(*networks));
  }

  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }
  [[nodiscard]] TokenId bos() const override { return bos_; }
  [[nodiscard]] std::size_t max_context_tokens() const override { return shared_->max_context_tokens; }

  [[nodiscard]] std::string description() const override {
    const DecoderConfig& config = shared_->config;
    return fmt::format("{}{}{} {} layers x {}, {}, OpenVINO {}.{}.{} on CPU, {} thread{}", config.name,
                       config.name.empty() ? "" : ", ", config.architecture, config.n_layers, config.hidden_size,
                       precision_name(options_.precision), OPENVINO_VERSION_MAJOR, OPENVINO_VERSION_MINOR,
                       OPENVINO_VERSION_PATCH, options_.n_threads, options_.n_threads == 1 ? "" : "s");
  }
  [[nodiscard]] std::string arithmetic() const override {
    return fmt::format("decoder graph {}, {}", kDecoderGraphVersion, openvino_arithmetic(options_.precision));
  }

  /// The networks in that many streams, loaded when they are first asked for. Errors: as DecoderNetworks::load().
  [[nodiscard]] Result<std::shared_ptr<DecoderNetworks>> networks(int n_streams) const {
    const std::lock_guard lock(mutex_);
    auto& kept = n_streams == 1 ? single_ : side_by_side_;
    if (kept != nullptr) return kept;
    auto loaded = DecoderNetworks::load(shared_->config, *shared_->file,
                                        {.precision = options_.precision,
                                         .n_streams = n_streams,
                                         .n_threads = options_.n_threads,
                                         .cache_dir = options_.cache_dir});
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    kept = std::move(*loaded);
    return kept;
  }

 private:
  const std::shared_ptr<const DecoderShared> shared_;
  const DecoderOptions options_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  const TokenId bos_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<DecoderNetworks> single_;        // guarded by mutex_: one stream of all threads
  mutable std::shared_ptr<DecoderNetworks> side_by_side_;  // guarded by mutex_: streams of one thread
};

/// A batch that several threads work on.
class Scoring {
 public:
  Scoring(const CausalBatch& batch, std::vector<float>& nll)
      : batch_(batch), nll_(nll), order_(longest_first(batch.sequences)) {}

  /// Computes it with that many threads beside this one, which hears of progress and is the only one to call
  /// `progress`.
  Result<void> run(const std::shared_ptr<const DecoderShared>& shared, const std::shared_ptr<DecoderNetworks>& networks,
                   std::size_t n_workers, const ProgressCallback& progress) {
    std::vector<std::jthread> workers;
    n_running_ = n_workers;
    for (std::size_t i = 0; i < n_workers; ++i) workers.emplace_back([&] { work(shared, networks); });
    std::unique_lock lock(mutex_);
    for (std::size_t n_told = 0; n_running_ > 0;) {
      changed_.wait(lock, [&] { return n_running_ == 0 || n_done_ != n_told; });
      n_told = n_done_;
      if (!progress) continue;
      lock.unlock();
      const bool go_on = progress(n_told, batch_.sequences.ids.size());
      lock.lock();
      if (!go_on)
        stop({ErrorCode::kCancelled,
              fmt::format("cancelled after {} of {} tokens", n_told, batch_.sequences.ids.size())});
    }
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  void work(const std::shared_ptr<const DecoderShared>& shared, const std::shared_ptr<DecoderNetworks>& networks) {
    try {
      DecoderSession session(shared, networks);
      for (std::size_t next = n_started_++; next < order_.size() && !stopped_; next = n_started_++) {
        if (auto ok = compute(session, order_[next]); !ok) {
          const std::lock_guard lock(mutex_);
          stop(std::move(ok.error()));
        }
      }
    } catch (const std::exception& e) {
      const std::lock_guard lock(mutex_);
      stop({ErrorCode::kInternal, e.what()});
    }
    const std::lock_guard lock(mutex_);
    --n_running_;
    changed_.notify_one();
  }

  Result<void> compute(DecoderSession& session, std::size_t s) {
    if (auto ok = session.truncate(0); !ok) return ok;
    const auto ids = batch_.sequences.sequence(s);
    const std::size_t wanted_from = batch_.wanted_from.empty() ? 0 : batch_.wanted_from[s];
    std::size_t n_counted = 0;
    return session.append_from(ids, wanted_from, std::span(nll_).subspan(batch_.sequences.begin[s], ids.size()),
                               [&](std::size_t n, std::size_t) {
                                 const std::lock_guard lock(mutex_);
                                 n_done_ += n - n_counted;
                                 n_counted = n;
                                 changed_.notify_one();
                                 return !stopped_;
                               });
  }

  /// REQUIRES: mutex_ held. The first reason counts.
  void stop(Error error) {
    if (!error_) error_ = std::move(error);
    stopped_ = true;
  }

  const CausalBatch& batch_;
  std::vector<float>& nll_;
  const std::vector<std::size_t> order_;
  std::atomic<std::size_t> n_started_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t n_running_ = 0;   // guarded by mutex_
  std::size_t n_done_ = 0;      // guarded by mutex_: tokens
  std::optional<Error> error_;  // guarded by mutex_
};

Result<std::vector<float>> DecoderLm::score(const CausalBatch& batch, const ProgressCallback& progress) const {
  const TokenSequences& sequences = batch.sequences;
  if (!sequences.hidden.empty() ||
      (!batch.wanted_from.empty() && batch.wanted_from.size() != sequences.n_sequences())) {
    return fail(ErrorCode::kInvalidArgument, "causal models hide no tokens, and wanted_from has one number a sequence");
  }
  std::vector<float> nll(sequences.ids.size());
  const std::size_t n_texts = sequences.n_sequences();
  if (nll.empty()) return nll;
  auto networks = this->networks(options_.n_threads);
  if (!networks) return tl::unexpected(std::move(networks.error()));
  const std::size_t n_workers = std::min(static_cast<std::size_t>(options_.n_threads), n_texts);
  Scoring scoring(batch, nll);
  if (auto ok = scoring.run(shared_, *networks, n_workers, progress); !ok) return tl::unexpected(std::move(ok.error()));
  return nll;
}

}  // namespace

Result<std::shared_ptr<const CausalLm>> load_openvino_decoder(std::shared_ptr<const GgufFile> file,
                                                              const DecoderOptions& options,
                                                              std::shared_ptr<const Tokenizer> tokenizer, TokenId bos) {
  if (options.precision != Precision::kInt8 && options.precision != Precision::kF32) {
    return fail(ErrorCode::kUnsupported, fmt::format("the OpenVINO decoder computes in int8 and f32, not in {}",
                                                     precision_name(options.precision)));
  }
  auto config = read_decoder_config(*file);
  if (!config) return tl::unexpected(std::move(config.error()));
  if (tokenizer->vocab_size() > static_cast<std::size_t>(config->n_vocab)) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: {} tokens, but {} rows of token_embd.weight", file->path(),
                                                  tokenizer->vocab_size(), config->n_vocab));
  }
  auto shared = std::make_shared<DecoderShared>();
  shared->file = std::move(file);
  shared->max_context_tokens = options.max_context_tokens == 0
                                   ? config->context_tokens
                                   : std::min(options.max_context_tokens, config->context_tokens);
  shared->config = std::move(*config);
  auto lm = std::make_shared<const DecoderLm>(std::move(shared), options, std::move(tokenizer), bos);
  if (const auto networks = lm->networks(options.n_threads); !networks) return tl::unexpected(networks.error());
  return lm;
}

std::uint64_t decoder_weights_bytes(const GgufFile& file, Precision precision) {
  std::uint64_t n_values = 0;
  for (const auto& [name, tensor] : file.tensors()) {
    std::uint64_t n = 1;
    for (const std::int64_t size : tensor.shape) n *= static_cast<std::uint64_t>(size);
    n_values += n;
  }
  // Stored and packed: float32 twice; int8 with a float32 scale for 32 twice, and one layer's float32 beside.
  return precision == Precision::kF32 ? 8 * n_values : 5 * n_values / 2;
}

}  // namespace pith
