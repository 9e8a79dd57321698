#include "model/encoder_embeddings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/encoder_tensors.h"

namespace pith {
Result<EncoderEmbeddings> EncoderEmbeddings::load(const EncoderConfig& config,
                                                  std::shared_ptr<const Checkpoint> checkpoint) {
  const WeightReader reader(*checkpoint, config.architecture);
  const std::int64_t h = config.hidden_size;
  auto words = reader.embedding(reader.encoder(word_embeddings_name(config.architecture)), config.vocab_size, h);
  if (!words) return tl::unexpected(words.error());

  EncoderEmbeddings embeddings;
  if (config.n_positions > 0) {
    auto positions = reader.values(reader.encoder("embeddings.position_embeddings.weight"), {config.n_positions, h});
    if (!positions) return tl::unexpected(positions.error());
    embeddings.position_and_type_ = std::move(*positions);
  }
  if (config.type_vocab_size > 0) {
    const auto types =
        reader.values(reader.encoder("embeddings.token_type_embeddings.weight"), {config.type_vocab_size, h});
    if (!types) return tl::unexpected(types.error());
    const auto n_cols = static_cast<std::size_t>(h);
    for (std::size_t i = 0; i < embeddings.position_and_type_.size(); ++i) {
      embeddings.position_and_type_[i] += (*types)[i % n_cols];
    }
  }
  embeddings.words_ = std::move(*words);
  embeddings.first_position_ = static_cast<std::size_t>(config.first_position);
  if (config.counts_positions_from_padding()) embeddings.uncounted_id_ = static_cast<TokenId>(config.pad_token_id);
  embeddings.checkpoint_ = std::move(checkpoint);
  return embeddings;
}

Result<void> EncoderEmbeddings::gather(std::span<const TokenId> ids, std::span<float> out) const {
  const auto n_cols = static_cast<std::size_t>(words_.n_cols());
  std::fill(out.begin(), out.end(), 0.0F);
  std::size_t next_position = first_position_;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    const std::span<float> row = out.subspan(t * n_cols, n_cols);
    if (!position_and_type_.empty()) {
      const std::size_t position = ids[t] == uncounted_id_ ? static_cast<std::size_t>(ids[t]) : next_position++;
      const std::span<const float> start = std::span(position_and_type_).subspan(position * n_cols, n_cols);
      std::ranges::copy(start, row.begin());
    }
    if (auto ok = words_.add_row(ids[t], row); !ok) return ok;
  }
  return {};
}

}  // namespace pith
