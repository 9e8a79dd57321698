#include "model/openvino/compiled_network.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <openvino/core/version.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <utility>

#include "base/paths.h"
#include "model/blob_cache.h"
#include "model/openvino/bert_graph.h"
#include "model/openvino/cpu_identity.h"
#include "model/openvino/sanitizers.h"

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
std::uint64_t activation_group_size(const BertConfig& config) {
  for (const std::int64_t size : {128, 64, 32}) {
    if (config.hidden_size % size == 0 && config.intermediate_size % size == 0) return static_cast<std::uint64_t>(size);
  }
  return 0;
}

ov::AnyMap properties(const BertConfig& config, Precision precision, int n_threads) {
  return {
      ov::num_streams(n_threads),
      ov::inference_num_threads(n_threads),
      // Streams bound to cores would collide with those of a neighbouring process bound to the same cores.
      ov::hint::enable_cpu_pinning(false),
      ov::hint::inference_precision(ov::element::f32),
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

BlobKey make_key(std::string_view config_text, const SafeTensors& weights, Precision precision) {
  BlobKeyBuilder key;
  key.add(fmt::format("bert graph {}", kBertGraphVersion));
  key.add(ov::get_openvino_version().buildNumber);
  key.add(cpu_identity());
  key.add(precision == Precision::kInt8 ? "int8" : "f32");
  key.add(config_text);
  add_identity(weights, &key);
  return key.key();
}

}  // namespace

Result<CompiledNetwork> compile_bert(const BertConfig& config, std::string_view config_text,
                                     const std::shared_ptr<const SafeTensors>& weights, Precision precision,
                                     int n_threads, const std::string& cache_dir) {
  const bool cached = cache_dir != "none";
  const BlobCache cache(cache_dir.empty() ? pith::cache_dir() + "/compiled" : cache_dir);
  const BlobKey key = cached ? make_key(config_text, *weights, precision) : BlobKey{};
  try {
    const ov::AnyMap settings = properties(config, precision, n_threads);
    if (cached) {
      if (auto blob = cache.find(key)) {
        auto kept = std::make_shared<const Blob>(std::move(*blob));
        // The tensor is only read; its constructor has no const form.
        const ov::Tensor payload(ov::element::u8, {kept->payload.size()}, const_cast<char*>(kept->payload.data()));
        try {
          auto model = core().import_model(payload, kDevice, settings);
          return CompiledNetwork{
              .storage = kept, .mapped = kept->payload, .model = std::move(model), .info = {.from_cache = true}};
        } catch (const std::exception&) {
          // Whole and ours, yet this OpenVINO does not take it: compile again and replace it.
        }
      }
    }
    auto graph = build_bert_graph(config, weights, precision);
    if (!graph) return tl::unexpected(graph.error());
    CompiledNetwork network{.storage = weights,
                            .mapped = weights->bytes(),
                            .model = core().compile_model(*graph, kDevice, settings),
                            .info = {}};
    if (cached) {
      network.info.cache_written = cache.store(key, [&](std::ostream& out) { network.model.export_model(out); });
    }
    return network;
  } catch (const std::exception& e) {
    return fail(ErrorCode::kInternal, fmt::format("OpenVINO cannot compile {}: {}", weights->path(), e.what()));
  }
}

}  // namespace pith
