#include "model/openvino/encoder_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <openvino/core/version.hpp>
#include <openvino/runtime/tensor.hpp>
#include <utility>
#include <vector>

#include "model/openvino/graph_parts.h"
#include "model/openvino/padded_length.h"
#include "model/precision.h"
#include "model/sequence_order.h"

namespace pith {
namespace {

std::string openvino_version() {
  return fmt::format("{}.{}.{}", OPENVINO_VERSION_MAJOR, OPENVINO_VERSION_MINOR, OPENVINO_VERSION_PATCH);
}

/// Makes the hidden tokens of sequence `s` look like padding to the others.
void hide(const TokenSequences& sequences, std::size_t s, RequestPool::Slot* slot) {
  for (const std::size_t i : hidden_in(sequences, s)) slot->mask[i - sequences.begin[s]] = kMaskedScore;
}

}  // namespace

Result<std::unique_ptr<const EncoderRunner>> EncoderRunner::load(const Options& options, const EncoderConfig& config,
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
    return std::unique_ptr<const EncoderRunner>(
        new EncoderRunner(options, config, std::move(*embeddings), std::move(*network)));
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO cannot run {}: {}", options.model_dir, e.what()));
  }
}

EncoderRunner::EncoderRunner(const Options& options, const EncoderConfig& config, EncoderEmbeddings embeddings,
                             CompiledNetwork network)
    : options_(options),
      config_(config),
      embeddings_(std::move(embeddings)),
      network_(std::move(network)),
      pool_(network_.model, static_cast<std::size_t>(options.n_threads)) {}

Result<void> EncoderRunner::run(const TokenSequences& sequences, const ProgressCallback& progress,
                                const Reader& read) const {
  try {
    if (auto ok = run_all(sequences, progress, read); !ok) return ok;
    // The first inference packs the weights for this CPU; nobody reads the stored ones afterwards.
    std::call_once(packed_, [&] { network_.drop_storage(); });
    return {};
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO failed on {}: {}", options_.model_dir, e.what()));
  }
}

std::string EncoderRunner::description() const {
  return fmt::format("{} {} layers x {}, {}, OpenVINO {} on CPU, {} thread{}", architecture_title(config_.architecture),
                     config_.n_layers, config_.hidden_size, precision_name(options_.precision), openvino_version(),
                     options_.n_threads, options_.n_threads == 1 ? "" : "s");
}

/// Longest first, so that the streams finish together. The order does not change results.
Result<void> EncoderRunner::run_all(const TokenSequences& sequences, const ProgressCallback& progress,
                                    const Reader& read) const {
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
    event.slot->request.wait();  // rethrows what the computation threw
    const ov::Tensor output = event.slot->request.get_output_tensor(0);
    const std::size_t n_columns = output.get_shape().back();
    const bool numbers = read(s, std::span(output.data<const float>(), n_tokens * n_columns));
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

Result<void> EncoderRunner::set_input(std::span<const TokenId> ids, RequestPool::Slot* slot) const {
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

}  // namespace pith
