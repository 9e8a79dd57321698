#include "model/bert_embeddings.h"

#include <algorithm>
#include <utility>

namespace pith {

Result<BertEmbeddings> BertEmbeddings::load(const BertConfig& config, std::shared_ptr<const SafeTensors> file) {
  const WeightReader reader(*file);
  const std::int64_t h = config.hidden_size;
  auto words = reader.embedding(reader.encoder("embeddings.word_embeddings.weight"), config.vocab_size, h);
  if (!words) return tl::unexpected(words.error());
  auto positions =
      reader.values(reader.encoder("embeddings.position_embeddings.weight"), {config.max_position_embeddings, h});
  if (!positions) return tl::unexpected(positions.error());
  const auto types =
      reader.values(reader.encoder("embeddings.token_type_embeddings.weight"), {config.type_vocab_size, h});
  if (!types) return tl::unexpected(types.error());

  BertEmbeddings embeddings;
  embeddings.file_ = std::move(file);
  embeddings.words_ = std::move(*words);
  embeddings.position_and_type_ = std::move(*positions);
  const auto n_cols = static_cast<std::size_t>(h);
  for (std::size_t i = 0; i < embeddings.position_and_type_.size(); ++i) {
    embeddings.position_and_type_[i] += (*types)[i % n_cols];
  }
  return embeddings;
}

void BertEmbeddings::gather(std::span<const TokenId> ids, std::span<float> out) const {
  const auto n_cols = static_cast<std::size_t>(words_.n_cols());
  const std::size_t n_used = ids.size() * n_cols;
  std::copy_n(position_and_type_.begin(), n_used, out.begin());
  for (std::size_t t = 0; t < ids.size(); ++t) words_.add_row(ids[t], out.subspan(t * n_cols, n_cols));
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(n_used), out.end(), 0.0F);
}

}  // namespace pith
