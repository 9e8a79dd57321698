#include "model/openvino/decoder_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "model/llama/gguf_weights.h"
#include "model/openvino/graph_parts.h"
#include "model/openvino/padded_length.h"

namespace pith {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// The length that `n_tokens` remembered ones are computed at. Steps divide DecoderMemory::kRoomStep.
std::size_t padded_past(std::size_t n_tokens) {
  const std::size_t step = n_tokens <= 512 ? 64 : n_tokens <= 1024 ? 128 : n_tokens <= 4096 ? 256 : 512;
  return (n_tokens + step - 1) / step * step;
}

ov::Tensor tensor_of(const ov::Shape& shape, std::vector<float>& values) {
  return ov::Tensor(ov::element::f32, shape, values.data());
}

void run(ov::InferRequest& request) {
  request.start_async();
  request.wait();
}

}  // namespace

DecoderSession::DecoderSession(std::shared_ptr<const DecoderShared> shared, std::shared_ptr<DecoderNetworks> networks)
    : shared_(std::move(shared)),
      networks_(std::move(networks)),
      memory_({.n_layers = static_cast<std::size_t>(shared_->config.n_layers),
               .n_heads = static_cast<std::size_t>(shared_->config.n_kv_heads),
               .head_size = static_cast<std::size_t>(shared_->config.head_size)}) {}

Result<void> DecoderSession::append(std::span<const TokenId> ids, std::vector<float>* nll,
                                    const ProgressCallback& progress) {
  if (nll == nullptr) return append_from(ids, ids.size(), {}, progress);
  std::vector<float> values(ids.size());
  if (auto ok = append_from(ids, 0, values, progress); !ok) return ok;
  nll->insert(nll->end(), values.begin(), values.end());
  return {};
}

Result<void> DecoderSession::append_from(std::span<const TokenId> ids, std::size_t wanted_from, std::span<float> nll,
                                         const ProgressCallback& progress) {
  if (ids.empty()) return {};
  for (const TokenId id : ids) {
    if (id < 0 || id >= shared_->config.n_vocab) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("token id {} is not below the model's {} rows", id, shared_->config.n_vocab));
    }
  }
  if (ids.size() > shared_->max_context_tokens - std::min(n_tokens(), shared_->max_context_tokens)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} tokens behind {} are more than the model's {}", ids.size(),
                                                         n_tokens(), shared_->max_context_tokens));
  }
  const std::size_t n_needed = n_tokens() + ids.size();
  const std::size_t n_room = std::min(std::max(n_needed, 2 * memory_.room()), shared_->max_context_tokens);
  if (n_needed > memory_.room()) {
    if (auto ok = memory_.reserve(n_room); !ok) return ok;
  }
  try {
    return append_all(ids, wanted_from, nll, progress);
  } catch (const std::exception& e) {
    last_hidden_.clear();
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO failed on {}: {}", shared_->file->path(), e.what()));
  }
}

Result<void> DecoderSession::append_all(std::span<const TokenId> ids, std::size_t wanted_from, std::span<float> nll,
                                        const ProgressCallback& progress) {
  std::ranges::fill(nll, kNan);
  const auto h = static_cast<std::size_t>(shared_->config.hidden_size);
  Pending pending;
  // hidden: of the token before ids[i].
  const auto want = [&](std::size_t i, const float* hidden) {
    if (i < wanted_from || i >= ids.size()) return;
    pending.hidden.insert(pending.hidden.end(), hidden, hidden + h);
    pending.targets.push_back(ids[i]);
    pending.indices.push_back(i);
  };
  if (!last_hidden_.empty()) want(0, last_hidden_.data());
  for (std::size_t begin = 0; begin < ids.size();) {
    const auto part = ids.subspan(begin, std::min(kMicroBatch, ids.size() - begin));
    const bool is_last = begin + part.size() == ids.size();
    {
      const DecoderNetworks::Lease lease(*networks_);
      if (auto ok = read(part, lease.slot()); !ok) return ok;
      const float* const hidden = lease.slot().body.get_output_tensor(0).data<const float>();
      for (std::size_t i = 0; i < part.size(); ++i) {
        want(begin + i + 1, hidden + i * h);
        if (pending.targets.size() < kHeadRows) continue;
        if (auto ok = flush(lease.slot(), pending, nll); !ok) return ok;
      }
      const float* const last = hidden + (part.size() - 1) * h;
      last_hidden_.assign(last, last + h);
      if (is_last && !pending.targets.empty()) {
        if (auto ok = flush(lease.slot(), pending, nll); !ok) return ok;
      }
    }
    begin += part.size();
    if (progress && !progress(begin, ids.size())) return fail(ErrorCode::kCancelled, "cancelled");
  }
  return {};
}

Result<void> DecoderSession::read(std::span<const TokenId> ids, DecoderNetworks::Slot& slot) {
  const std::size_t n_padded = padded_length(ids.size());
  const std::size_t n_past = padded_past(n_tokens());
  if (auto ok = set_inputs(ids, n_padded, n_past, slot); !ok) return ok;
  run(slot.body);
  for (std::size_t plane = 0; plane < memory_.n_planes(); ++plane) {
    const ov::Tensor output = slot.body.get_output_tensor(1 + plane);
    memory_.write(plane, {output.data<const float>(), output.get_size()}, n_padded, ids.size());
  }
  memory_.grow(ids.size());
  return {};
}

Result<void> DecoderSession::set_inputs(std::span<const TokenId> ids, std::size_t n_padded, std::size_t n_past,
                                        DecoderNetworks::Slot& slot) const {
  const DecoderConfig& config = shared_->config;
  const auto h = static_cast<std::size_t>(config.hidden_size);
  const auto d = static_cast<std::size_t>(config.head_size);
  const GgufTensor& words = *shared_->file->find_tensor("token_embd.weight");
  slot.embedded.assign(n_padded * h, 0.0F);
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (auto ok = read_gguf_row(*shared_->file, words, ids[t], std::span(slot.embedded).subspan(t * h, h)); !ok) {
      return ok;
    }
  }
  slot.cos.resize(n_padded * d);
  slot.sin.resize(n_padded * d);
  for (std::size_t t = 0; t < n_padded; ++t) {
    for (std::size_t i = 0; i < d / 2; ++i) {
      const double angle = static_cast<double>(n_tokens() + t) * config.angle_per_token[i];
      slot.cos[t * d + i] = slot.cos[t * d + d / 2 + i] = static_cast<float>(std::cos(angle));
      slot.sin[t * d + i] = slot.sin[t * d + d / 2 + i] = static_cast<float>(std::sin(angle));
    }
  }
  const std::size_t n_keys = n_past + n_padded;
  slot.mask.assign(n_padded * n_keys, kMaskedScore);
  for (std::size_t t = 0; t < n_padded; ++t) {
    const auto row = slot.mask.begin() + static_cast<std::ptrdiff_t>(t * n_keys);
    std::fill_n(row, n_tokens(), 0.0F);
    std::fill_n(row + static_cast<std::ptrdiff_t>(n_past), t + 1, 0.0F);
  }
  slot.body.set_input_tensor(0, tensor_of({1, n_padded, h}, slot.embedded));
  slot.body.set_input_tensor(1, tensor_of({1, 1, n_padded, d}, slot.cos));
  slot.body.set_input_tensor(2, tensor_of({1, 1, n_padded, d}, slot.sin));
  slot.body.set_input_tensor(3, tensor_of({1, 1, n_padded, n_keys}, slot.mask));
  // Copied, once a micro-batch: OpenVINO's CPU plugin crashes on some inputs that are not dense (2026.4.1).
  const std::size_t plane_size = static_cast<std::size_t>(config.n_kv_heads) * n_past * d;
  slot.past.resize(memory_.n_planes() * plane_size);
  for (std::size_t plane = 0; plane < memory_.n_planes(); ++plane) {
    const auto copy = std::span(slot.past).subspan(plane * plane_size, plane_size);
    memory_.read(plane, n_past, copy);
    slot.body.set_input_tensor(
        4 + plane,
        ov::Tensor(ov::element::f32, {1, static_cast<std::size_t>(config.n_kv_heads), n_past, d}, copy.data()));
  }
  return {};
}

Result<void> DecoderSession::flush(DecoderNetworks::Slot& slot, Pending& pending, std::span<float> nll) const {
  const auto h = static_cast<std::size_t>(shared_->config.hidden_size);
  const std::size_t n = pending.targets.size();
  const std::size_t n_padded = padded_length(n);
  pending.hidden.resize(n_padded * h, 0.0F);
  pending.targets.resize(n_padded, 0);
  slot.head.set_input_tensor(0, tensor_of({n_padded, h}, pending.hidden));
  slot.head.set_input_tensor(1, ov::Tensor(ov::element::i32, {n_padded, 1}, pending.targets.data()));
  run(slot.head);
  const float* const values = slot.head.get_output_tensor(0).data<const float>();
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(values[i])) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: the network's output is not a number; the model holds values "
                                                    "that are too large",
                                                    shared_->file->path()));
    }
    nll[pending.indices[i]] = values[i];
  }
  pending = {};
  return {};
}

Result<void> DecoderSession::truncate(std::size_t n_tokens) {
  if (n_tokens > memory_.n_tokens()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} tokens of {} cannot be kept", n_tokens, memory_.n_tokens()));
  }
  if (n_tokens == memory_.n_tokens()) return {};
  memory_.truncate(n_tokens);
  last_hidden_.clear();
  return {};
}

Result<void> DecoderSession::remove(std::size_t begin, std::size_t end, Positions positions) {
  if (begin > end || end > memory_.n_tokens()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("tokens {} to {} of {} cannot be removed", begin, end, memory_.n_tokens()));
  }
  if (begin == end) return {};
  if (end == memory_.n_tokens()) return truncate(begin);
  memory_.remove(begin, end);
  if (positions == Positions::kCloseUp) memory_.turn_back(begin, end - begin, shared_->config.angle_per_token);
  return {};
}

Result<std::unique_ptr<CausalSession>> DecoderSession::fork() const {
  auto memory = memory_.copy();
  if (!memory) return tl::unexpected(memory.error());
  auto copy = std::make_unique<DecoderSession>(shared_, networks_);
  copy->memory_ = std::move(*memory);
  copy->last_hidden_ = last_hidden_;
  return copy;
}

}  // namespace pith
