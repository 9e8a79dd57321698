#include "model/llama/gguf_embeddings.h"

#include <fmt/format.h>
#include <ggml.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "model/half.h"
#include "model/llama/gguf_encoder.h"

namespace pith {
namespace {

/// ggml's Q8_0: a row is blocks of a float16 scale and 32 int8 values.
constexpr std::size_t kBlockValues = 32;
constexpr std::size_t kBlockBytes = sizeof(std::uint16_t) + kBlockValues;

template <class T>
T read_as(const char* data, std::size_t i = 0) {
  T value;
  std::memcpy(&value, data + i * sizeof(T), sizeof(T));
  return value;
}

Result<std::vector<float>> read_floats(const GgufFile& file, std::string_view name, const Shape& shape) {
  const auto tensor = file.require_tensor(name, shape);
  if (!tensor) return tl::unexpected(tensor.error());
  if ((*tensor)->type != GGML_TYPE_F32) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' must be F32", file.path(), name));
  }
  std::vector<float> values((*tensor)->bytes.size() / sizeof(float));
  std::memcpy(values.data(), (*tensor)->bytes.data(), (*tensor)->bytes.size());
  return values;
}

void add(std::span<const float> values, std::span<float> to) {
  for (std::size_t c = 0; c < to.size(); ++c) to[c] += values[c];
}

}  // namespace

Result<GgufEmbeddings> GgufEmbeddings::load(const EncoderConfig& config, std::shared_ptr<const GgufFile> file) {
  const std::int64_t h = config.hidden_size;
  const auto n_cols = static_cast<std::size_t>(h);
  const auto words = file->require_tensor(kGgufWords, {config.vocab_size, h});
  if (!words) return tl::unexpected(words.error());
  constexpr int kReadable[] = {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0};
  if (std::ranges::find(kReadable, (*words)->type) == std::end(kReadable)) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: tensor '{}' has type {}; supported: f32, f16, bf16, q8_0", file->path(), kGgufWords,
                            ggml_type_name(static_cast<ggml_type>((*words)->type))));
  }

  GgufEmbeddings embeddings;
  embeddings.words_ = *words;
  embeddings.n_cols_ = n_cols;
  embeddings.row_bytes_ = (*words)->bytes.size() / static_cast<std::size_t>(config.vocab_size);
  if (config.n_positions > 0) {
    auto positions = read_floats(*file, kGgufPositions, {config.max_sequence_tokens, h});
    if (!positions) return tl::unexpected(positions.error());
    embeddings.position_and_type_ = std::move(*positions);
  }
  if (config.counts_positions_from_padding()) {
    const GgufValue* value = file->find(kGgufPaddingPositionKey);
    const auto* padding = value == nullptr ? nullptr : std::get_if<std::vector<float>>(value);
    if (padding == nullptr || padding->size() != n_cols) {
      return fail(ErrorCode::kBadModel,
                  fmt::format("{}: key '{}' must be an array of {} numbers", file->path(), kGgufPaddingPositionKey, h));
    }
    embeddings.padding_ = *padding;
    embeddings.uncounted_id_ = static_cast<TokenId>(config.pad_token_id);
  }
  if (config.type_vocab_size > 0) {
    const auto types = read_floats(*file, kGgufTokenTypes, {config.type_vocab_size, h});
    if (!types) return tl::unexpected(types.error());
    const std::span<const float> first = std::span(*types).first(n_cols);
    for (std::size_t begin = 0; begin < embeddings.position_and_type_.size(); begin += n_cols) {
      add(first, std::span(embeddings.position_and_type_).subspan(begin, n_cols));
    }
    if (!embeddings.padding_.empty()) add(first, embeddings.padding_);
  }
  embeddings.file_ = std::move(file);
  return embeddings;
}

Result<void> GgufEmbeddings::gather(std::span<const TokenId> ids, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  std::vector<char> stored(row_bytes_);
  std::size_t position = 0;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    const std::span<float> row = out.subspan(t * n_cols_, n_cols_);
    if (ids[t] == uncounted_id_) {
      std::ranges::copy(padding_, row.begin());
    } else if (!position_and_type_.empty()) {
      std::ranges::copy(std::span(position_and_type_).subspan(position++ * n_cols_, n_cols_), row.begin());
    }
    const std::string_view place = words_->bytes.substr(static_cast<std::size_t>(ids[t]) * row_bytes_, row_bytes_);
    if (auto ok = file_->read(place, stored); !ok) return ok;
    add_word(stored.data(), row);
  }
  return {};
}

void GgufEmbeddings::add_word(const char* stored, std::span<float> row) const {
  const std::size_t n = row.size();
  const char* data = stored;
  switch (words_->type) {
    case GGML_TYPE_F32:
      for (std::size_t c = 0; c < n; ++c) row[c] += read_as<float>(data, c);
      return;
    case GGML_TYPE_F16:
      for (std::size_t c = 0; c < n; ++c) row[c] += float16_to_float(read_as<std::uint16_t>(data, c));
      return;
    case GGML_TYPE_BF16:
      for (std::size_t c = 0; c < n; ++c) row[c] += bfloat16_to_float(read_as<std::uint16_t>(data, c));
      return;
    default:  // Q8_0, as load() made sure
      for (std::size_t b = 0; b * kBlockValues < n; ++b, data += kBlockBytes) {
        const float scale = float16_to_float(read_as<std::uint16_t>(data));
        for (std::size_t c = 0; c < kBlockValues; ++c) {
          row[b * kBlockValues + c] += scale * static_cast<float>(read_as<std::int8_t>(data + 2, c));
        }
      }
  }
}

}  // namespace pith
