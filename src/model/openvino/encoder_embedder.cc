#include "model/openvino/encoder_embedder.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "model/openvino/encoder_runner.h"

namespace pith {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // one in front, one behind

class OpenVinoEmbedder final : public TextEmbedder {
 public:
  OpenVinoEmbedder(std::unique_ptr<const EncoderRunner> runner, std::shared_ptr<const Tokenizer> tokenizer,
                   Pooling pooling)
      : runner_(std::move(runner)), tokenizer_(std::move(tokenizer)), pooling_(pooling) {}

  Result<std::vector<float>> embed(std::span<const std::string_view> texts,
                                   const ProgressCallback& progress) const override {
    const TokenSequences sequences = tokenized(texts);
    std::vector<float> vectors(texts.size() * n_dims());
    const auto read = [&](std::size_t s, std::span<const float> states) {
      return pool(states, std::span(vectors).subspan(s * n_dims(), n_dims()));
    };
    if (auto ok = runner_->run(sequences, progress, read); !ok) return tl::unexpected(ok.error());
    return vectors;
  }

  std::size_t n_dims() const override { return static_cast<std::size_t>(runner_->config().hidden_size); }
  std::size_t max_tokens() const override { return static_cast<std::size_t>(runner_->config().max_sequence_tokens); }
  std::string description() const override { return "text embedder: " + runner_->description(); }

 private:
  [[nodiscard]] TokenSequences tokenized(std::span<const std::string_view> texts) const {
    const SpecialTokens& special = tokenizer_->special_tokens();
    TokenSequences sequences;
    Encoding encoding;
    for (const std::string_view text : texts) {
      encoding.clear();
      tokenizer_->encode(text, &encoding);
      const std::size_t n = std::min(encoding.n_tokens(), max_tokens() - kSpecialTokens);
      sequences.ids.push_back(special.cls);
      sequences.ids.insert(sequences.ids.end(), encoding.ids.begin(),
                           encoding.ids.begin() + static_cast<std::ptrdiff_t>(n));
      sequences.ids.push_back(special.sep);
      sequences.end_sequence();
    }
    return sequences;
  }

  /// States [n_tokens, n_dims] to a vector of length 1. False if that is impossible.
  [[nodiscard]] bool pool(std::span<const float> states, std::span<float> out) const {
    const std::size_t end = pooling_ == Pooling::kMean ? states.size() : out.size();
    std::vector<double> sum(out.size(), 0.0);
    for (std::size_t i = 0; i < end; ++i) sum[i % out.size()] += static_cast<double>(states[i]);
    double square = 0;
    for (const double value : sum) square += value * value;
    if (!std::isfinite(square) || !(square > 0)) return false;
    for (std::size_t d = 0; d < out.size(); ++d) out[d] = static_cast<float>(sum[d] / std::sqrt(square));
    return true;
  }

  const std::unique_ptr<const EncoderRunner> runner_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  const Pooling pooling_;
};

}  // namespace

Result<std::shared_ptr<const TextEmbedder>> load_openvino_embedder(const EmbedderOptions& options,
                                                                   const EncoderConfig& config,
                                                                   std::string_view config_text, Pooling pooling,
                                                                   ClassifierLoadInfo* info) {
  auto runner = EncoderRunner::load({options.model_dir, options.precision, options.n_threads, options.cache_dir},
                                    config, config_text, info);
  if (!runner) return tl::unexpected(runner.error());
  return std::make_shared<const OpenVinoEmbedder>(std::move(*runner), options.tokenizer, pooling);
}

}  // namespace pith
