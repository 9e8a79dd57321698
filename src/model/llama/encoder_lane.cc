#include "model/llama/encoder_lane.h"

#include <ggml.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace pith {
namespace {

constexpr std::size_t kLabels = 2;
/// A float32 softmax may exceed 1 by its last bits.
constexpr float kRounding = 1e-5F;
constexpr std::size_t kAnyDistance = std::numeric_limits<std::size_t>::max();

void copy_to(ggml_tensor* tensor, const void* data) { ggml_backend_tensor_set(tensor, data, 0, ggml_nbytes(tensor)); }

}  // namespace

Result<EncoderLane> EncoderLane::make(const Shared& shared, const GgmlDevices& devices, bool on_gpu) {
  EncoderLane lane(shared);
  lane.on_gpu_ = on_gpu;
  if (on_gpu) {
    auto gpu = make_backend(devices.gpu);
    if (!gpu) return tl::unexpected(gpu.error());
    lane.backends_.push_back(std::move(*gpu));
  }
  auto cpu = make_backend(devices.cpu);  // also on a GPU, for operations that the GPU's back end lacks
  if (!cpu) return tl::unexpected(cpu.error());
  lane.backends_.push_back(std::move(*cpu));

  std::vector<ggml_backend_t> backends;
  backends.reserve(lane.backends_.size());
  for (const GgmlBackend& backend : lane.backends_) backends.push_back(backend.get());
  // Nodes and leaves together.
  const std::size_t n_tensors = 2 * encoder_graph_nodes(shared.config);
  lane.scheduler_.reset(
      ggml_backend_sched_new(backends.data(), nullptr, static_cast<int>(backends.size()), n_tensors, false, false));
  lane.graph_room_.resize(encoder_graph_bytes(shared.config));
  return lane;
}

Result<void> EncoderLane::run(std::span<const EncoderJob> jobs, const EncoderGraphShape& shape) {
  PITH_CHECK(!jobs.empty() && jobs.size() <= static_cast<std::size_t>(shape.n_sequences), "");
  const GgmlContext context(
      ggml_init({.mem_size = graph_room_.size(), .mem_buffer = graph_room_.data(), .no_alloc = true}));
  const WeightOf weight = [&](const std::string& name) { return shared_.weights.at(name); };
  const EncoderGraph graph = build_encoder_graph(shared_.config, weight, shape, !on_gpu_, context.get());
  ggml_backend_sched_reset(scheduler_.get());
  if (!ggml_backend_sched_alloc_graph(scheduler_.get(), graph.graph)) {
    return fail(ErrorCode::kInternal, "ggml has no memory for the computation" + take_ggml_error());
  }
  if (auto ok = set_inputs(graph, jobs, shape); !ok) return ok;
  if (ggml_backend_sched_graph_compute(scheduler_.get(), graph.graph) != GGML_STATUS_SUCCESS) {
    return fail(ErrorCode::kInternal, "ggml failed to compute" + take_ggml_error());
  }
  if (!read_output(graph.probabilities, jobs, shape)) {
    return fail(ErrorCode::kBadModel,
                "the network's output is not a number; the file holds values that are not finite "
                "or too large");
  }
  return {};
}

Result<void> EncoderLane::set_inputs(const EncoderGraph& graph, std::span<const EncoderJob> jobs,
                                     const EncoderGraphShape& shape) {
  const auto n_tokens = static_cast<std::size_t>(shape.n_tokens);
  const std::size_t n_each = n_tokens * static_cast<std::size_t>(shared_.config.hidden_size);
  numbers_.assign(n_each * static_cast<std::size_t>(shape.n_sequences), 0.0F);
  for (std::size_t s = 0; s < jobs.size(); ++s) {
    auto ok = shared_.embeddings.gather(jobs[s].ids, std::span(numbers_).subspan(s * n_each, n_each));
    if (!ok) return ok;
  }
  copy_to(graph.embedded, numbers_.data());
  if (graph.global_mask != nullptr) set_mask(graph.global_mask, jobs, shape, kAnyDistance);
  if (graph.local_mask != nullptr) {
    set_mask(graph.local_mask, jobs, shape, static_cast<std::size_t>(shared_.config.modern.local_reach_tokens));
  }
  if (graph.positions != nullptr) {
    std::vector<std::int32_t> positions(n_tokens);
    std::iota(positions.begin(), positions.end(), 0);
    copy_to(graph.positions, positions.data());
  }
  return {};
}

void EncoderLane::set_mask(ggml_tensor* mask, std::span<const EncoderJob> jobs, const EncoderGraphShape& shape,
                           std::size_t reach) {
  const auto n = static_cast<std::size_t>(shape.n_tokens);
  numbers_.assign(n * n * static_cast<std::size_t>(shape.n_sequences), 0.0F);
  for (std::size_t s = 0; s < static_cast<std::size_t>(shape.n_sequences); ++s) {
    const std::size_t n_real = s < jobs.size() ? jobs[s].ids.size() : 0;
    for (std::size_t query = 0; query < n; ++query) {
      float* row = numbers_.data() + (s * n + query) * n;
      std::fill(row + n_real, row + n, kHiddenScore);
      if (s < jobs.size()) {
        for (const std::size_t key : jobs[s].hidden) row[key] = kHiddenScore;
      }
      if (reach >= n) continue;
      if (query > reach) std::fill(row, row + (query - reach), kHiddenScore);
      if (query + reach + 1 < n) std::fill(row + query + reach + 1, row + n, kHiddenScore);
    }
  }
  copy_to(mask, numbers_.data());
}

bool EncoderLane::read_output(const ggml_tensor* probabilities, std::span<const EncoderJob> jobs,
                              const EncoderGraphShape& shape) {
  const auto n_tokens = static_cast<std::size_t>(shape.n_tokens);
  numbers_.resize(jobs.size() * n_tokens * kLabels);
  ggml_backend_tensor_get(probabilities, numbers_.data(), 0, numbers_.size() * sizeof(float));
  bool all_numbers = true;
  for (std::size_t s = 0; s < jobs.size(); ++s) {
    const float* labels = numbers_.data() + s * n_tokens * kLabels + shared_.config.keep_label;
    for (std::size_t t = 0; t < jobs[s].ids.size(); ++t) {
      const float keep = labels[t * kLabels];
      all_numbers &= keep >= 0 && keep <= 1 + kRounding;
      jobs[s].keep[t] = std::min(keep, 1.0F);
    }
  }
  return all_numbers;
}

}  // namespace pith
