// One thread's share of an encoder: a back end, and room for the graph and its values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/encoder_config.h"
#include "model/llama/encoder_graph.h"
#include "model/llama/encoder_weights.h"
#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_embeddings.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

/// One sequence of a batch.
struct EncoderJob {
  std::span<const TokenId> ids;
  std::span<const std::size_t> hidden;  ///< ascending indices into `ids` that no token attends to
  std::span<float> keep;                ///< [ids.size()]: where the keep-probabilities go
};

/// Not thread-safe: used by one thread at a time.
class EncoderLane {
 public:
  /// What is shared between lanes; outlives them.
  struct Shared {
    const EncoderConfig& config;
    const GgufEmbeddings& embeddings;
    const EncoderWeights& weights;
  };

  /// Errors: kInternal.
  [[nodiscard]] static Result<EncoderLane> make(const Shared& shared, const GgmlDevices& devices, bool on_gpu);

  /// Computes up to `shape.n_sequences` sequences of at most `shape.n_tokens` tokens; missing ones are empty. What is
  /// computed, and so each result, depends on the sequence and on the shape. shape.is_masked must be set when a
  /// sequence is shorter or hides tokens.
  /// Errors: kBadModel (the output is not a number), kIo, kInternal (out of memory, a failing device).
  [[nodiscard]] Result<void> run(std::span<const EncoderJob> jobs, const EncoderGraphShape& shape);

 private:
  explicit EncoderLane(const Shared& shared) : shared_(shared) {}

  [[nodiscard]] Result<void> set_inputs(const EncoderGraph& graph, std::span<const EncoderJob> jobs,
                                        const EncoderGraphShape& shape);
  void set_mask(ggml_tensor* mask, std::span<const EncoderJob> jobs, const EncoderGraphShape& shape, std::size_t reach);
  [[nodiscard]] bool read_output(const ggml_tensor* probabilities, std::span<const EncoderJob> jobs,
                                 const EncoderGraphShape& shape);

  Shared shared_;
  bool on_gpu_ = false;
  std::vector<GgmlBackend> backends_;  ///< the one to be used first, the CPU last
  GgmlScheduler scheduler_;            // after backends_: freed before them
  std::vector<std::byte> graph_room_;
  std::vector<float> numbers_;  ///< input or output on its way
};

}  // namespace pith
