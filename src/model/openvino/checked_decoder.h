// OpenVINO's decoder as load_causal_lm() uses it: loaded if there is room for it, and checked against llama.cpp, which
// computes the same file by code that shares nothing with ours.
#pragma once

#include <cstdint>
#include <memory>

#include "model/causal_lm.h"
#include "model/load_causal_lm.h"
#include "pith/result.h"

namespace pith {

/// Most that likelihoods of a short text may differ from llama.cpp's, in nats, on average. From what float32 makes of
/// SmolLM2 as Q4_1 our int8 differs by 0.07 and llama.cpp's own rounding of activations by 0.06; those of two unrelated
/// models differ by far more.
inline constexpr double kMaxDecoderDifference = 0.4;

/// Whether llama.cpp would compute this on a GPU.
[[nodiscard]] bool computes_on_gpu(const CausalOptions& options);

/// options.path is a file, n_threads above 0; engine and device do not count. Errors: as load_openvino_decoder();
/// kTooLarge if it needs more than `available_bytes` (0 = not known).
[[nodiscard]] Result<std::shared_ptr<const CausalLm>> load_decoder(const CausalOptions& options,
                                                                   std::uint64_t available_bytes);

/// Compares `decoder` with llama.cpp on a short text. That a model passed is remembered in the cache beside its
/// compiled networks, and it is not compared again. Errors: kBadModel (they differ by more), those of llama.cpp.
[[nodiscard]] Result<void> check_decoder(const CausalLm& decoder, const CausalOptions& options);

}  // namespace pith
