// One text that OpenVINO's decoder is reading. Used by decoder_lm.cc.
//
// Tokens are read in micro-batches of at most kMicroBatch. Lengths, of a micro-batch and of what is remembered, are
// rounded up to a step and the padding is masked: every new length costs compiled code (see encoder_runner.h).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/causal_lm.h"
#include "model/llama/gguf_file.h"
#include "model/openvino/decoder_config.h"
#include "model/openvino/decoder_memory.h"
#include "model/openvino/decoder_networks.h"

namespace pith {

/// What sessions of one model share.
struct DecoderShared {
  std::shared_ptr<const GgufFile> file;
  DecoderConfig config;
  std::size_t max_context_tokens = 0;
};

class DecoderSession final : public CausalSession {
 public:
  DecoderSession(std::shared_ptr<const DecoderShared> shared, std::shared_ptr<DecoderNetworks> networks);

  [[nodiscard]] Result<void> append(std::span<const TokenId> ids, std::vector<float>* nll,
                                    const ProgressCallback& progress) override;
  /// The same, with likelihoods from ids[wanted_from] on and NaN before, written to nll [ids.size()].
  /// REQUIRES: nll.size() = ids.size(), or wanted_from >= ids.size() and nll empty.
  [[nodiscard]] Result<void> append_from(std::span<const TokenId> ids, std::size_t wanted_from, std::span<float> nll,
                                         const ProgressCallback& progress);
  [[nodiscard]] std::size_t n_tokens() const override { return memory_.n_tokens(); }
  Result<void> truncate(std::size_t n_tokens) override;
  Result<void> remove(std::size_t begin, std::size_t end, Positions positions) override;
  [[nodiscard]] Result<std::unique_ptr<CausalSession>> fork() const override;

  static constexpr std::size_t kMicroBatch = 256;
  static constexpr std::size_t kHeadRows = 128;

 private:
  /// Hidden states whose likelihoods are wanted.
  struct Pending {
    std::vector<float> hidden;          ///< [n, hidden_size]
    std::vector<std::int32_t> targets;  ///< [n]: the token that came next
    std::vector<std::size_t> indices;   ///< [n]: where in nll it goes
  };

  [[nodiscard]] Result<void> append_all(std::span<const TokenId> ids, std::size_t wanted_from, std::span<float> nll,
                                        const ProgressCallback& progress);
  /// Reads one micro-batch into the slot's body and remembers it; the hidden states are the body's output.
  [[nodiscard]] Result<void> read(std::span<const TokenId> ids, DecoderNetworks::Slot& slot);
  [[nodiscard]] Result<void> set_inputs(std::span<const TokenId> ids, std::size_t n_padded, std::size_t n_past,
                                        DecoderNetworks::Slot& slot) const;
  [[nodiscard]] Result<void> flush(DecoderNetworks::Slot& slot, Pending& pending, std::span<float> nll) const;

  std::shared_ptr<const DecoderShared> shared_;
  std::shared_ptr<DecoderNetworks> networks_;
  DecoderMemory memory_;
  std::vector<float> last_hidden_;  ///< of the last token; empty when that is forgotten
};

}  // namespace pith
