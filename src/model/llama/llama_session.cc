#include "model/llama/llama_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace pith {
namespace {

constexpr std::size_t kRoomStep = 256;  // llama.cpp rounds up to it
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// e^x for x <= 0, to about 1e-7 of the result; in a form that compilers turn into vector instructions.
inline float exp_of_negative(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  const float clamped = x < -87.0F ? -87.0F : x;
  const auto n = static_cast<std::int32_t>(clamped * kLog2E - 0.5F);
  const auto whole = static_cast<float>(n);
  const float r = clamped - whole * kLn2High - whole * kLn2Low;
  // Taylor's series: |r| <= ln(2) / 2, so what is left out is below 1e-8.
  const float p =
      1.0F +
      r * (1.0F + r * (0.5F + r * (1.0F / 6 + r * (1.0F / 24 + r * (1.0F / 120 + r * (1.0F / 720 + r / 5040))))));
  return p * std::bit_cast<float>((n + 127) << 23);
}

}  // namespace

float negative_log_softmax(std::span<const float> logits, std::size_t target) {
  constexpr std::size_t kLanes = 16;
  constexpr std::size_t kBlock = 64 * kLanes;  // summed in float, blocks in double
  float top = -std::numeric_limits<float>::infinity();
  for (const float x : logits) top = x > top ? x : top;
  double sum = 0;
  for (std::size_t begin = 0; begin < logits.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, logits.size());
    std::array<float, kLanes> lanes{};
    std::size_t at = begin;
    for (; at + kLanes <= end; at += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += exp_of_negative(logits[at + lane] - top);
    }
    for (; at < end; ++at) lanes[0] += exp_of_negative(logits[at] - top);
    for (const float lane : lanes) sum += static_cast<double>(lane);
  }
  const double nll = std::log(sum) + static_cast<double>(top) - static_cast<double>(logits[target]);
  return static_cast<float>(std::max(nll, 0.0));
}

Result<std::unique_ptr<LlamaSession>> LlamaSession::make(std::shared_ptr<const LlamaShared> shared,
                                                         std::size_t n_room) {
  std::unique_ptr<LlamaSession> session(new LlamaSession(std::move(shared)));
  if (auto ok = session->make_room(std::max<std::size_t>(n_room, 1)); !ok) return tl::unexpected(ok.error());
  return session;
}

Result<LlamaContext> LlamaSession::make_context(std::size_t n_room) const {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(n_room);
  params.n_batch = static_cast<std::uint32_t>(shared_->n_batch_tokens);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = 1;
  params.n_threads = shared_->n_threads;
  params.n_threads_batch = shared_->n_threads;
  // On a CPU it may divide a row among threads, and then the thread count shows in the last bits.
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.offload_kqv = shared_->on_gpu;
  params.op_offload = shared_->on_gpu;
  params.swa_full = true;
  params.no_perf = true;
  LlamaContext context(llama_init_from_model(shared_->model.get(), params));
  if (context == nullptr) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("llama.cpp has no memory for a context of {} tokens{}", n_room, take_ggml_error()));
  }
  return context;
}

Result<LlamaContext> LlamaSession::copy_context(std::size_t n_room) const {
  auto context = make_context(n_room);
  if (!context || n_tokens_ == 0) return context;
  std::vector<std::uint8_t> state(llama_state_seq_get_size(context_.get(), 0));
  const std::size_t n_bytes = llama_state_seq_get_data(context_.get(), state.data(), state.size(), 0);
  if (n_bytes == 0 || llama_state_seq_set_data(context->get(), state.data(), n_bytes, 0) == 0) {
    return fail(ErrorCode::kInternal,
                fmt::format("llama.cpp cannot copy a context of {} tokens{}", n_tokens_, take_ggml_error()));
  }
  return context;
}

Result<void> LlamaSession::make_room(std::size_t n_tokens) {
  if (n_tokens <= n_room_) return {};
  const std::size_t wanted = context_ == nullptr ? n_tokens : std::max(n_tokens, 2 * n_room_);
  const std::size_t n_room =
      std::max(std::min(wanted, shared_->max_context_tokens) + kRoomStep - 1, kRoomStep) / kRoomStep * kRoomStep;
  if (context_ == nullptr) {
    auto context = make_context(n_room);
    if (!context) return tl::unexpected(std::move(context.error()));
    context_ = std::move(*context);
  } else {
    auto context = copy_context(n_room);
    if (!context) return tl::unexpected(std::move(context.error()));
    context_ = std::move(*context);
  }
  n_room_ = n_room;
  return {};
}

Result<void> LlamaSession::settle() {
  // A token that is read and forgotten; there is room for it, since tokens have just been removed.
  const TokenId any = 0;
  if (auto ok = decode({&any, 1}, 1); !ok) return ok;
  llama_memory_seq_rm(llama_get_memory(context_.get()), 0, static_cast<llama_pos>(n_tokens_), -1);
  return {};
}

/// Reads one micro-batch; outputs are made from ids[first_output] on.
Result<void> LlamaSession::decode(std::span<const TokenId> ids, std::size_t first_output) {
  std::vector<llama_token> tokens(ids.begin(), ids.end());
  std::vector<llama_pos> positions(ids.size());
  std::vector<std::int32_t> n_sequences(ids.size(), 1);
  llama_seq_id sequence = 0;
  std::vector<llama_seq_id*> sequences(ids.size(), &sequence);
  std::vector<std::int8_t> outputs(ids.size(), 0);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    positions[i] = static_cast<llama_pos>(n_tokens_ + i);
    outputs[i] = i >= first_output ? 1 : 0;
  }
  llama_batch batch{};
  batch.n_tokens = static_cast<std::int32_t>(ids.size());
  batch.token = tokens.data();
  batch.pos = positions.data();
  batch.n_seq_id = n_sequences.data();
  batch.seq_id = sequences.data();
  batch.logits = outputs.data();
  const std::int32_t code = llama_decode(context_.get(), batch);
  if (code != 0) {
    return fail(ErrorCode::kInternal,
                fmt::format("llama.cpp's llama_decode gave {} at token {}{}", code, n_tokens_, take_ggml_error()));
  }
  return {};
}

Result<void> LlamaSession::append(std::span<const TokenId> ids, std::vector<float>* nll,
                                  const ProgressCallback& progress) {
  std::vector<float> unwanted;
  return append_from(ids, nll == nullptr ? ids.size() : 0, nll == nullptr ? &unwanted : nll, progress);
}

Result<void> LlamaSession::append_from(std::span<const TokenId> ids, std::size_t wanted_from, std::vector<float>* nll,
                                       const ProgressCallback& progress) {
  if (ids.empty()) return {};
  for (const TokenId id : ids) {
    if (id < 0 || static_cast<std::size_t>(id) >= shared_->n_vocab) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("token id {} is not below the model's {} rows", id, shared_->n_vocab));
    }
  }
  if (ids.size() > shared_->max_context_tokens - n_tokens_) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} tokens behind {} are more than the model's {}", ids.size(),
                                                         n_tokens_, shared_->max_context_tokens));
  }
  if (auto ok = make_room(n_tokens_ + ids.size()); !ok) return ok;
  if (wanted_from == 0) {
    nll->push_back(last_logits_.empty() ? kNan : negative_log_softmax(last_logits_, static_cast<std::size_t>(ids[0])));
  } else {
    nll->push_back(kNan);
  }
  for (std::size_t begin = 0; begin < ids.size();) {
    const auto part = ids.subspan(begin, std::min(shared_->n_batch_tokens, ids.size() - begin));
    const bool last = begin + part.size() == ids.size();
    // Row i says how likely token i + 1 is.
    std::size_t first_output = wanted_from <= begin + 1 ? 0 : std::min(wanted_from - 1 - begin, part.size());
    if (last) first_output = std::min(first_output, part.size() - 1);
    last_logits_.clear();
    if (auto ok = decode(part, first_output); !ok) {
      // What of this part was read is forgotten, so that the session stays what n_tokens() says.
      llama_memory_seq_rm(llama_get_memory(context_.get()), 0, static_cast<llama_pos>(n_tokens_), -1);
      return ok;
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::size_t next = begin + i + 1;
      if (i < first_output) {
        if (next < ids.size()) nll->push_back(kNan);
        continue;
      }
      const float* const row = llama_get_logits_ith(context_.get(), static_cast<std::int32_t>(i));
      if (row == nullptr) return fail(ErrorCode::kInternal, "llama.cpp has no logits" + take_ggml_error());
      const std::span<const float> logits(row, shared_->n_vocab);
      if (next == ids.size()) {
        last_logits_.assign(logits.begin(), logits.end());
      } else {
        nll->push_back(next < wanted_from ? kNan : negative_log_softmax(logits, static_cast<std::size_t>(ids[next])));
      }
    }
    begin += part.size();
    n_tokens_ += part.size();
    if (progress && !progress(begin, ids.size())) return fail(ErrorCode::kCancelled, "cancelled");
  }
  return {};
}

Result<void> LlamaSession::truncate(std::size_t n_tokens) {
  if (n_tokens > n_tokens_) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} tokens of {} cannot be kept", n_tokens, n_tokens_));
  }
  if (n_tokens == n_tokens_) return {};
  llama_memory_seq_rm(llama_get_memory(context_.get()), 0, static_cast<llama_pos>(n_tokens), -1);
  n_tokens_ = n_tokens;
  last_logits_.clear();
  return {};
}

Result<void> LlamaSession::remove(std::size_t begin, std::size_t end, Positions positions) {
  if (begin > end || end > n_tokens_) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("tokens {} to {} of {} cannot be removed", begin, end, n_tokens_));
  }
  if (begin == end) return {};
  if (end == n_tokens_ && positions == Positions::kCloseUp) return truncate(begin);
  llama_memory_t memory = llama_get_memory(context_.get());
  if (positions == Positions::kKeep || !llama_memory_can_shift(memory)) {
    return fail(ErrorCode::kUnsupported,
                positions == Positions::kKeep
                    ? "llama.cpp cannot number tokens on from fewer than there were; the OpenVINO engine can"
                    : "llama.cpp cannot move the tokens of this model's cache");
  }
  llama_memory_seq_rm(memory, 0, static_cast<llama_pos>(begin), static_cast<llama_pos>(end));
  llama_memory_seq_add(memory, 0, static_cast<llama_pos>(end), -1, -static_cast<llama_pos>(end - begin));
  n_tokens_ -= end - begin;
  if (auto ok = settle(); !ok) return ok;
  // New tokens would be put into the gap, and the order of the cache shows in sums: copied, it is without gaps.
  auto context = copy_context(n_room_);
  if (!context) return tl::unexpected(std::move(context.error()));
  context_ = std::move(*context);
  return {};
}

Result<std::unique_ptr<CausalSession>> LlamaSession::fork() const {
  std::unique_ptr<LlamaSession> copy(new LlamaSession(shared_));
  auto context = copy_context(n_room_);
  if (!context) return tl::unexpected(std::move(context.error()));
  copy->context_ = std::move(*context);
  copy->n_room_ = n_room_;
  copy->n_tokens_ = n_tokens_;
  copy->last_logits_ = last_logits_;
  return copy;
}

}  // namespace pith
