#include "model/openvino/decoder_networks.h"

#include <fmt/format.h>

#include <exception>
#include <openvino/runtime/properties.hpp>
#include <string_view>
#include <utility>

#include "model/model_identity.h"
#include "model/openvino/decoder_graph.h"
#include "model/precision.h"

namespace pith {
namespace {

/// Activations are quantised in groups along the input channels, as the weights are; 0 = they stay float32.
std::uint64_t activation_group_size(const DecoderConfig& config) {
  const bool divides = config.hidden_size % kInt8Block == 0 && config.intermediate_size % kInt8Block == 0 &&
                       (config.n_heads * config.head_size) % kInt8Block == 0;
  return divides ? static_cast<std::uint64_t>(kInt8Block) : 0;
}

}  // namespace

Result<std::unique_ptr<DecoderNetworks>> DecoderNetworks::load(const DecoderConfig& config, const GgufFile& file,
                                                               const Options& options) {
  const auto identity = model_identity(file.path(), options.cache_dir);
  if (!identity) return tl::unexpected(identity.error());
  const std::uint64_t group = options.precision == Precision::kInt8 ? activation_group_size(config) : 0;
  const ov::AnyMap settings{
      ov::num_streams(options.n_streams),
      ov::inference_num_threads(options.n_threads),
      ov::hint::enable_cpu_pinning(false),
      ov::hint::inference_precision(ov::element::f32),
      ov::hint::dynamic_quantization_group_size(group),
  };
  const auto key = [&](std::string_view part) {
    return BlobKeyBuilder()
        .add(fmt::format("decoder {} {}, group {}", part, kDecoderGraphVersion, group))
        .add(openvino_arithmetic(options.precision))
        .add(identity->hex())
        .key();
  };
  try {
    auto body = compile_network(key("body"), options.cache_dir, settings, {},
                                [&] { return build_decoder_body(config, file, options.precision); });
    if (!body) return tl::unexpected(body.error());
    auto head = compile_network(key("head"), options.cache_dir, settings, {},
                                [&] { return build_decoder_head(config, file, options.precision); });
    if (!head) return tl::unexpected(head.error());
    return std::unique_ptr<DecoderNetworks>(new DecoderNetworks(std::move(*body), std::move(*head), options.n_streams));
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO cannot compile {}: {}", file.path(), e.what()));
  }
}

DecoderNetworks::DecoderNetworks(CompiledNetwork body, CompiledNetwork head, int n_slots)
    : body_(std::move(body)), head_(std::move(head)) {
  for (int i = 0; i < n_slots; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->body = body_.model.create_infer_request();
    slots_.back()->head = head_.model.create_infer_request();
    free_.push_back(slots_.back().get());
  }
}

DecoderNetworks::Lease::Lease(DecoderNetworks& networks) : networks_(networks) {
  std::unique_lock lock(networks.mutex_);
  networks.freed_.wait(lock, [&] { return !networks.free_.empty(); });
  slot_ = networks.free_.back();
  networks.free_.pop_back();
}

DecoderNetworks::Lease::~Lease() {
  const std::lock_guard lock(networks_.mutex_);
  networks_.free_.push_back(slot_);
  networks_.freed_.notify_one();
}

}  // namespace pith
