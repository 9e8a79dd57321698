// Runs an encoder's network over sequences of tokens: what the TokenClassifier and the TextEmbedder on OpenVINO share.
//
// Each sequence is one inference of batch 1 on one thread; sequences run side by side on n_threads streams. Measured on
// two AVX-512 cores, this beats batching (no padding to the longest, no synchronisation inside a layer) and makes a
// sequence's result independent of its neighbours, of the thread count and of the schedule, bit for bit.
//
// Lengths are rounded up to a step (padded_length) and the padding is masked. Compiled code is specific to a length:
// with free lengths each new one costs about 4 ms and 1.2 MB per stream, forever (500 lengths: 1 GB).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "model/encoder_config.h"
#include "model/encoder_embeddings.h"
#include "model/load_classifier.h"
#include "model/openvino/compiled_network.h"
#include "model/openvino/request_pool.h"
#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// Immutable, thread-safe.
class EncoderRunner {
 public:
  struct Options {
    std::string model_dir;
    Precision precision = Precision::kInt8;
    int n_threads = 1;  ///< above 0
    std::string cache_dir;
  };

  /// Errors: kNotFound, kIo, kBadModel, kUnsupported (of the weights); kInternal (OpenVINO failed).
  [[nodiscard]] static Result<std::unique_ptr<const EncoderRunner>> load(const Options& options,
                                                                         const EncoderConfig& config,
                                                                         std::string_view config_text,
                                                                         ClassifierLoadInfo* info);

  /// Takes the output of sequence `s`, [n_tokens, n] with n = 2 or hidden_size (encoder_graph.h), valid during the
  /// call. False if the numbers are none.
  using Reader = std::function<bool(std::size_t s, std::span<const float> output)>;

  /// Calls `read` once for each sequence that is not empty, from this thread, in no particular order.
  /// REQUIRES: sequences no longer than the model reads, ids within its vocabulary.
  /// Errors: kBadModel (`read` said so), kCancelled, kIo, kInternal.
  [[nodiscard]] Result<void> run(const TokenSequences& sequences, const ProgressCallback& progress,
                                 const Reader& read) const;

  [[nodiscard]] const EncoderConfig& config() const { return config_; }
  [[nodiscard]] Precision precision() const { return options_.precision; }
  /// "BERT 6 layers x 384, int8, OpenVINO 2026.4.1 on CPU, 2 threads".
  [[nodiscard]] std::string description() const;

 private:
  EncoderRunner(const Options& options, const EncoderConfig& config, EncoderEmbeddings embeddings,
                CompiledNetwork network);

  [[nodiscard]] Result<void> run_all(const TokenSequences& sequences, const ProgressCallback& progress,
                                     const Reader& read) const;
  [[nodiscard]] Result<void> set_input(std::span<const TokenId> ids, RequestPool::Slot* slot) const;

  const Options options_;
  const EncoderConfig config_;
  const EncoderEmbeddings embeddings_;
  CompiledNetwork network_;
  mutable RequestPool pool_;  // after network_: its requests go first
  mutable std::once_flag packed_;
};

}  // namespace pith
