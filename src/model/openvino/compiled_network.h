// From a checkpoint to a compiled network, by way of the cache of compiled networks.
#pragma once

#include <functional>
#include <memory>
#include <openvino/core/model.hpp>
#include <openvino/runtime/compiled_model.hpp>
#include <string>
#include <string_view>

#include "model/blob_cache.h"
#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/load_classifier.h"
#include "pith/result.h"

namespace pith {

struct CompiledNetwork {
  std::shared_ptr<const void> storage;  ///< what `model` may read its weights from; outlives it
  std::function<void()> drop_storage;   ///< lets the resident pages of `storage` go
  ov::CompiledModel model;
  ClassifierLoadInfo info;
};

/// What a network's weights lie in, if its graph views them there.
struct NetworkStorage {
  std::shared_ptr<const void> kept;
  std::function<void()> drop;
};

/// The network called `key` out of the cache in `cache_dir` (a folder, "" = the user's, or "none"), or compiled from
/// what `build` makes and stored. `settings` are OpenVINO's properties for the CPU. Errors: those of `build`.
/// OpenVINO's exceptions pass through.
[[nodiscard]] Result<CompiledNetwork> compile_network(const BlobKey& key, const std::string& cache_dir,
                                                      const ov::AnyMap& settings, const NetworkStorage& storage,
                                                      const std::function<Result<std::shared_ptr<ov::Model>>()>& build);

/// The part of network_arithmetic() that is the same for all graphs.
[[nodiscard]] std::string openvino_arithmetic(Precision precision);

/// What beside its weights decides a network's numbers: the graph's version, OpenVINO's build, this CPU's features and
/// the precision.
[[nodiscard]] std::string network_arithmetic(Precision precision);

/// Compiles the network of `config` and `weights` for this CPU, n_threads streams of one thread each. `cache_dir` is a
/// folder or "none". `config_text` is config.json as read (part of the cache's key).
/// Errors: kBadModel; kInternal when OpenVINO fails (its message is kept).
[[nodiscard]] Result<CompiledNetwork> compile_encoder(const EncoderConfig& config, std::string_view config_text,
                                                      const std::shared_ptr<const Checkpoint>& weights,
                                                      Precision precision, int n_threads, const std::string& cache_dir);

}  // namespace pith
