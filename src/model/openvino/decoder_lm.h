// The CausalLm of the OpenVINO engine: a decoder out of a GGUF file, computed by Pith's own graph.
//
// score() reads texts side by side, each on one thread, so that no text's result depends on its neighbours; sessions
// read their text on all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "model/causal_lm.h"
#include "model/llama/gguf_file.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

struct DecoderOptions {
  Precision precision = Precision::kInt8;  ///< kInt8 or kF32
  int n_threads = 1;                       ///< > 0; does not change results
  std::size_t max_context_tokens = 0;      ///< 0 = what the model was trained on, which is also the most
  std::string cache_dir{};                 ///< of compiled networks: a folder, "" = the user's, or "none"
};

/// Architectures llama, qwen2 and qwen3. `tokenizer` belongs to the file; `bos` as CausalLm::bos(). Errors: kBadModel;
/// kUnsupported (architecture, key, tensor or precision that it does not know); kInternal.
[[nodiscard]] Result<std::shared_ptr<const CausalLm>> load_openvino_decoder(std::shared_ptr<const GgufFile> file,
                                                                            const DecoderOptions& options,
                                                                            std::shared_ptr<const Tokenizer> tokenizer,
                                                                            TokenId bos);

/// Bytes that the networks of a file's weights take while they are compiled, about.
[[nodiscard]] std::uint64_t decoder_weights_bytes(const GgufFile& file, Precision precision);

}  // namespace pith
