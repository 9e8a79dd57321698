#include "model/openvino/compiled_network.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <openvino/core/version.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <optional>
#include <utility>

#include "base/paths.h"
#include "model/blob_cache.h"
#include "model/openvino/cpu_identity.h"
#include "model/openvino/encoder_graph.h"
#include "model/openvino/sanitizers.h"
#include "model/precision.h"
#include "model/resident.h"

namespace pith {
namespace {

constexpr const char* kDevice = "CPU";

/// One per process, never destroyed: plugins are loaded once, and unloading them at exit would only cost time.
ov::Core& core() {
  static ov::Core* const core = [] {
    prepare_for_sanitizers();
    return new ov::Core;
  }();
  return *core;
}

/// Activations are quantised in groups along the input channels, so the group must divide both widths that occur.
/// 128 measured fastest on AVX-512 VNNI (MiniLM-L6 and 24 x 1024). 0 = activations stay f32.
std::uint64_t activation_group_size(const EncoderConfig& config) {
  for (const std::int64_t size : {128, 64, 32}) {
    if (config.hidden_size % size == 0 && config.intermediate_size % size == 0) return static_cast<std::uint64_t>(size);
  }
  return 0;
}

/// What the CPU computes in natively among what OpenVINO's plugin lists.
bool cpu_computes_in(const std::string& capability) {
  const auto list = core().get_property(kDevice, ov::device::capabilities);
  return std::ranges::find(list, capability) != list.end();
}

ov::element::Type arithmetic(Precision precision) {
  if (precision == Precision::kBf16 && cpu_computes_in("BF16")) return ov::element::bf16;
  if (precision == Precision::kF16 && cpu_computes_in("FP16")) return ov::element::f16;
  return ov::element::f32;
}

ov::AnyMap properties(const EncoderConfig& config, Precision precision, int n_threads) {
  return {
      ov::num_streams(n_threads),
      ov::inference_num_threads(n_threads),
      // Streams bound to cores would collide with those of a neighbouring process bound to the same cores.
      ov::hint::enable_cpu_pinning(false),
      ov::hint::inference_precision(arithmetic(precision)),
      ov::hint::dynamic_quantization_group_size(precision == Precision::kInt8 ? activation_group_size(config) : 0),
  };
}

/// Path, size, time, header and 64 samples of 4 KiB: enough to tell any two checkpoints apart without reading them.
void add_identity(const SafeTensors& weights, BlobKeyBuilder* key) {
  constexpr std::size_t kSampleBytes = 4096;
  constexpr std::size_t kSamples = 64;
  const std::string_view bytes = weights.bytes();
  struct stat info {};
  const bool on_disk = ::stat(weights.path().c_str(), &info) == 0;
  key->add(weights.path());
  key->add(
      fmt::format("{} {} {}", bytes.size(), on_disk ? info.st_mtim.tv_sec : 0, on_disk ? info.st_mtim.tv_nsec : 0));
  key->add(weights.header());
  const std::size_t stride = std::max(kSampleBytes, bytes.size() / kSamples);
  for (std::size_t at = 0; at < bytes.size(); at += stride) key->add(bytes.substr(at, kSampleBytes));
  key->add(bytes.substr(bytes.size() - std::min(bytes.size(), kSampleBytes)));
}

BlobKey make_key(EncoderTask task, std::string_view config_text, const Checkpoint& weights, Precision precision) {
  BlobKeyBuilder key;
  if (task == EncoderTask::kTextEmbedder) key.add("text embedder");
  key.add(network_arithmetic(precision));
  key.add(config_text);
  for (const SafeTensors& file : weights.files()) add_identity(file, &key);
  if (weights.files().size() > 1) {  // which file a tensor is read from is the index's word
    weights.for_each([&](const TensorView& tensor) { key.add(tensor.name).add(weights.file_of(tensor).path()); });
  }
  return key.key();
}

/// The network of a blob whose weights are read where they lie in it; nothing if there is none or OpenVINO refuses it.
std::optional<CompiledNetwork> from_cache(const BlobCache& cache, const BlobKey& key, const ov::AnyMap& settings) {
  auto blob = cache.find(key);
  if (!blob) return std::nullopt;
  const auto kept = std::make_shared<const Blob>(std::move(*blob));
  // The tensor is only read; its constructor has no const form.
  const ov::Tensor payload(ov::element::u8, {kept->payload.size()}, const_cast<char*>(kept->payload.data()));
  try {
    return CompiledNetwork{.storage = kept,
                           .drop_storage = [bytes = kept->payload] { drop_resident_pages(bytes); },
                           .model = core().import_model(payload, kDevice, settings),
                           .info = {.from_cache = true}};
  } catch (const std::exception&) {
    return std::nullopt;  // whole and ours, yet this OpenVINO does not take it: it is compiled again and replaced
  }
}

Result<CompiledNetwork> compile(const ov::AnyMap& settings, const NetworkStorage& storage,
                                const std::function<Result<std::shared_ptr<ov::Model>>()>& build) {
  const auto graph = build();
  if (!graph) return tl::unexpected(graph.error());
  return CompiledNetwork{.storage = storage.kept,
                         .drop_storage = storage.drop,
                         .model = core().compile_model(*graph, kDevice, settings),
                         .info = {}};
}

}  // namespace

std::string openvino_arithmetic(Precision precision) {
  return fmt::format("OpenVINO {}, {}, {}", ov::get_openvino_version().buildNumber, cpu_identity(),
                     precision_name(precision));
}

std::string network_arithmetic(Precision precision) {
  return fmt::format("encoder graph {}, {}", kEncoderGraphVersion, openvino_arithmetic(precision));
}

Result<CompiledNetwork> compile_network(const BlobKey& key, const std::string& cache_dir, const ov::AnyMap& settings,
                                        const NetworkStorage& storage,
                                        const std::function<Result<std::shared_ptr<ov::Model>>()>& build) {
  if (cache_dir == "none") return compile(settings, storage, build);
  const BlobCache cache(cache_dir.empty() ? pith::cache_dir() + "/compiled" : cache_dir);
  if (auto network = from_cache(cache, key, settings)) return std::move(*network);
  auto network = compile(settings, storage, build);
  if (!network) return network;
  if (!cache.store(key, [&](std::ostream& out) { network->model.export_model(out); })) return network;
  // What was just compiled holds the quantised weights in memory, which the stored one reads where they lie.
  network = fail(ErrorCode::kInternal, "");
  auto stored = from_cache(cache, key, settings);
  network = stored ? Result<CompiledNetwork>(std::move(*stored)) : compile(settings, storage, build);
  if (network) network->info = {.from_cache = false, .cache_written = true};
  return network;
}

Result<CompiledNetwork> compile_encoder(const EncoderConfig& config, std::string_view config_text,
                                        const std::shared_ptr<const Checkpoint>& weights, Precision precision,
                                        int n_threads, const std::string& cache_dir) {
  try {
    const NetworkStorage storage{.kept = weights, .drop = [file = weights.get()] { file->drop_resident_pages(); }};
    return compile_network(make_key(config.task, config_text, *weights, precision), cache_dir,
                           properties(config, precision, n_threads), storage,
                           [&] { return build_encoder_graph(config, weights, precision); });
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO cannot compile {}: {}", weights->path(), e.what()));
  }
}

}  // namespace pith
