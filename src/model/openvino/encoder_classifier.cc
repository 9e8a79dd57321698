#include "model/openvino/encoder_classifier.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/openvino/encoder_runner.h"
#include "model/sequence_order.h"

namespace pith {
namespace {

constexpr std::size_t kLabels = 2;
/// A float32 softmax may exceed 1 by its last bits.
constexpr float kRounding = 1e-5F;

class OpenVinoEncoder final : public TokenClassifier {
 public:
  OpenVinoEncoder(std::unique_ptr<const EncoderRunner> runner, std::shared_ptr<const Tokenizer> tokenizer)
      : runner_(std::move(runner)), tokenizer_(std::move(tokenizer)) {}

  Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                const ProgressCallback& progress) const override {
    if (auto ok = check_sequences(*this, sequences); !ok) return tl::unexpected(ok.error());
    std::vector<float> probabilities(sequences.ids.size());
    const auto read = [&](std::size_t s, std::span<const float> labels) {
      const std::size_t n_tokens = labels.size() / kLabels;
      return read_labels(labels, std::span(probabilities).subspan(sequences.begin[s], n_tokens));
    };
    if (auto ok = runner_->run(sequences, progress, read); !ok) return tl::unexpected(ok.error());
    return probabilities;
  }

  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::size_t n_embedding_rows() const override { return static_cast<std::size_t>(runner_->config().vocab_size); }
  std::size_t max_sequence_tokens() const override {
    return static_cast<std::size_t>(runner_->config().max_sequence_tokens);
  }
  std::string description() const override { return runner_->description(); }
  std::string arithmetic() const override { return network_arithmetic(runner_->precision()); }

 private:
  /// False if an output is not a probability.
  bool read_labels(std::span<const float> labels, std::span<float> out) const {
    const auto keep_label = static_cast<std::size_t>(runner_->config().keep_label);
    bool all_numbers = true;
    for (std::size_t t = 0; t < out.size(); ++t) {
      out[t] = labels[t * kLabels + keep_label];
      all_numbers &= out[t] >= 0 && out[t] <= 1 + kRounding;
      out[t] = std::min(out[t], 1.0F);
    }
    return all_numbers;
  }

  const std::unique_ptr<const EncoderRunner> runner_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
};

}  // namespace

Result<std::shared_ptr<const TokenClassifier>> load_openvino_encoder(const ClassifierOptions& options,
                                                                     const EncoderConfig& config,
                                                                     std::string_view config_text,
                                                                     ClassifierLoadInfo* info) {
  auto runner = EncoderRunner::load({options.model_dir, options.precision, options.n_threads, options.cache_dir},
                                    config, config_text, info);
  if (!runner) return tl::unexpected(runner.error());
  return std::make_shared<const OpenVinoEncoder>(std::move(*runner), options.tokenizer);
}

}  // namespace pith
