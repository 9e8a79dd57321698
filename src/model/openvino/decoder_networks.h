// A decoder's networks, compiled for this CPU, and who may run them when.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <openvino/runtime/infer_request.hpp>
#include <string>
#include <vector>

#include "model/llama/gguf_file.h"
#include "model/openvino/compiled_network.h"
#include "model/openvino/decoder_config.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

/// Immutable, thread-safe.
class DecoderNetworks {
 public:
  struct Options {
    Precision precision = Precision::kInt8;  ///< kInt8 or kF32
    int n_streams = 1;                       ///< inferences side by side
    int n_threads = 1;                       ///< of all streams together
    std::string cache_dir;
  };

  /// Errors: kBadModel, kInternal (OpenVINO's own words), those of model_identity().
  [[nodiscard]] static Result<std::unique_ptr<DecoderNetworks>> load(const DecoderConfig& config, const GgufFile& file,
                                                                     const Options& options);

  /// What one inference uses. Vectors keep their room between uses.
  struct Slot {
    ov::InferRequest body, head;
    std::vector<float> embedded, cos, sin, mask, past;
  };

  /// A slot that nobody else has; waits for one.
  class Lease {
   public:
    explicit Lease(DecoderNetworks& networks);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    [[nodiscard]] Slot& slot() const { return *slot_; }

   private:
    DecoderNetworks& networks_;
    Slot* slot_ = nullptr;
  };

 private:
  DecoderNetworks(CompiledNetwork body, CompiledNetwork head, int n_slots);

  CompiledNetwork body_, head_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Slot>> slots_;  // constant after construction
  std::vector<Slot*> free_;                   // guarded by mutex_
};

}  // namespace pith
