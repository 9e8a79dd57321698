#include "model/openvino/encoder_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <openvino/core/version.hpp>
#include <openvino/runtime/tensor.hpp>
#include <utility>
#include <vector>

#include "model/encoder_embeddings.h"
#include "model/openvino/compiled_network.h"
#include "model/openvino/encoder_graph.h"
#include "model/openvino/request_pool.h"
#include "model/precision.h"
#include "model/sequence_order.h"

namespace pith {
namespace {

constexpr std::size_t kLabels = 2;

std::string openvino_version() {
  return fmt::format("{}.{}.{}", OPENVINO_VERSION_MAJOR, OPENVINO_VERSION_MINOR, OPENVINO_VERSION_PATCH);
}

class OpenVinoEncoder final : public TokenClassifier {
 public:
  OpenVinoEncoder(const EncoderConfig& config, const ClassifierOptions& options, EncoderEmbeddings embeddings,
                  CompiledNetwork network)
      : config_(config),
        options_(options),
        embeddings_(std::move(embeddings)),
        network_(std::move(network)),
        pool_(network_.model, static_cast<std::size_t>(options.n_threads)) {}

  Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                const ProgressCallback& progress) const override {
    if (auto ok = check_sequences(*this, sequences); !ok) return tl::unexpected(ok.error());
    std::vector<float> probabilities(sequences.ids.size());
    try {
      if (auto ok = run(sequences, progress, probabilities); !ok) return tl::unexpected(ok.error());
      // The first inference packs the weights for this CPU; nobody reads the stored ones afterwards.
      std::call_once(packed_, [&] { network_.drop_storage(); });
    } catch (const std::exception& e) {
      return fail(ErrorCode::kInternal, fmt::format("OpenVINO failed on {}: {}", options_.model_dir, e.what()));
    }
    return probabilities;
  }

  const Tokenizer& tokenizer() const override { return *options_.tokenizer; }
  std::size_t n_embedding_rows() const override { return static_cast<std::size_t>(config_.vocab_size); }
  std::size_t max_sequence_tokens() const override { return static_cast<std::size_t>(config_.max_sequence_tokens); }
  std::string description() const override {
    return fmt::format("{} {} layers x {}, {}, OpenVINO {} on CPU, {} thread{}",
                       architecture_title(config_.architecture), config_.n_layers, config_.hidden_size,
                       precision_name(options_.precision), openvino_version(), options_.n_threads,
                       options_.n_threads == 1 ? "" : "s");
  }
  std::string arithmetic() const override { return network_arithmetic(options_.precision); }

 private:
  /// Longest first, so that the streams finish together. The order does not change results.
  Result<void> run(const TokenSequences& sequences, const ProgressCallback& progress,
                   std::span<float> probabilities) const {
    const std::vector<std::size_t> order = longest_first(sequences);
    RequestPool::Session session(pool_);
    std::size_t n_started = 0;
    std::size_t n_done_tokens = 0;
    for (std::size_t n_done = 0; n_done < order.size();) {
      const auto event = session.wait(n_started < order.size());
      if (!event.done) {
        const std::size_t s = order[n_started++];
        if (auto ok = set_input(sequences.sequence(s), event.slot); !ok) {
          session.release(event.slot);
          return ok;
        }
        hide(sequences, s, event.slot);
        session.start(event.slot, s);
        continue;
      }
      const std::size_t s = event.slot->job;
      const std::size_t n_tokens = sequences.sequence(s).size();
      const bool numbers = read_output(event.slot, probabilities.subspan(sequences.begin[s], n_tokens));
      session.release(event.slot);
      if (!numbers) {
        return fail(ErrorCode::kBadModel, fmt::format("{}: the network's output is not a number; the checkpoint holds "
                                                      "values that are not finite or too large",
                                                      options_.model_dir));
      }
      ++n_done;
      n_done_tokens += n_tokens;
      if (progress && !progress(n_done_tokens, sequences.ids.size())) {
        return fail(ErrorCode::kCancelled,
                    fmt::format("cancelled after {} of {} tokens", n_done_tokens, sequences.ids.size()));
      }
    }
    return {};
  }

  Result<void> set_input(std::span<const TokenId> ids, RequestPool::Slot* slot) const {
    const std::size_t n = padded_length(ids.size());
    const auto hidden_size = static_cast<std::size_t>(config_.hidden_size);
    slot->embedded.resize(n * hidden_size);
    if (auto ok = embeddings_.gather(ids, slot->embedded); !ok) return ok;
    slot->mask.assign(n, kMaskedScore);
    std::fill_n(slot->mask.begin(), ids.size(), 0.0F);
    slot->request.set_input_tensor(0, ov::Tensor(ov::element::f32, {1, n, hidden_size}, slot->embedded.data()));
    slot->request.set_input_tensor(1, ov::Tensor(ov::element::f32, {1, 1, 1, n}, slot->mask.data()));
    return {};
  }

  /// Makes the hidden tokens of sequence `s` look like padding to the others.
  static void hide(const TokenSequences& sequences, std::size_t s, RequestPool::Slot* slot) {
    for (const std::size_t i : hidden_in(sequences, s)) slot->mask[i - sequences.begin[s]] = kMaskedScore;
  }

  /// False if an output is not a probability.
  bool read_output(RequestPool::Slot* slot, std::span<float> out) const {
    slot->request.wait();  // rethrows what the computation threw
    const float* labels = slot->request.get_output_tensor(0).data<const float>();
    bool all_numbers = true;
    for (std::size_t t = 0; t < out.size(); ++t) {
      out[t] = labels[t * kLabels + static_cast<std::size_t>(config_.keep_label)];
      all_numbers &= out[t] >= 0 && out[t] <= 1 + kRounding;
      out[t] = std::min(out[t], 1.0F);
    }
    return all_numbers;
  }

  /// A float32 softmax may exceed 1 by its last bits.
  static constexpr float kRounding = 1e-5F;

  const EncoderConfig config_;
  const ClassifierOptions options_;
  const EncoderEmbeddings embeddings_;
  CompiledNetwork network_;
  mutable RequestPool pool_;  // after network_: its requests go first
  mutable std::once_flag packed_;
};

}  // namespace

Result<std::shared_ptr<const TokenClassifier>> load_openvino_encoder(const ClassifierOptions& options,
                                                                     const EncoderConfig& config,
                                                                     std::string_view config_text,
                                                                     ClassifierLoadInfo* info) {
  auto checkpoint = Checkpoint::open(options.model_dir);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto weights = std::make_shared<const Checkpoint>(std::move(*checkpoint));
  auto embeddings = EncoderEmbeddings::load(config, weights);
  if (!embeddings) return tl::unexpected(embeddings.error());
  auto network = compile_encoder(config, config_text, weights, options.precision, options.n_threads, options.cache_dir);
  if (!network) return tl::unexpected(network.error());
  if (info != nullptr) *info = network->info;
  weights->drop_resident_pages();  // read for compiling; of what is needed later, the word vectors, little was
  try {
    return std::make_shared<const OpenVinoEncoder>(config, options, std::move(*embeddings), std::move(*network));
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO cannot run {}: {}", options.model_dir, e.what()));
  }
}

}  // namespace pith
