#include "model/openvino/checked_decoder.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "base/paths.h"
#include "model/blob_cache.h"
#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_file.h"
#include "model/llama/gguf_tokenizer.h"
#include "model/llama/llama_causal_lm.h"
#include "model/model_identity.h"
#include "model/openvino/decoder_lm.h"

namespace pith {
namespace {

constexpr std::string_view kText =
    "The lighthouse keeper wrote down the weather every evening: wind from the north-west, 12 knots, some rain. "
    "In March 1904 a storm tore the roof off the boat house, and for three weeks nobody could cross to the mainland. "
    "def area(width, height): return width * height";

Result<double> difference(const CausalLm& decoder, const CausalOptions& options) {
  const auto llama = load_llama_causal_lm(
      options.path, {.device = Device::kCpu, .n_threads = options.n_threads, .max_context_tokens = 512});
  if (!llama) return tl::unexpected(llama.error());
  Encoding encoding;
  decoder.tokenizer().encode(kText, &encoding);
  CausalBatch batch;
  if (decoder.bos() != kNoToken) batch.sequences.ids.push_back(decoder.bos());
  batch.sequences.ids.insert(batch.sequences.ids.end(), encoding.ids.begin(), encoding.ids.end());
  if (batch.sequences.ids.size() > decoder.max_context_tokens()) {
    batch.sequences.ids.resize(decoder.max_context_tokens());
  }
  batch.sequences.end_sequence();
  const auto ours = decoder.score(batch);
  if (!ours) return tl::unexpected(ours.error());
  const auto theirs = (*llama)->score(batch);
  if (!theirs) return tl::unexpected(theirs.error());
  if (ours->size() < 2) return fail(ErrorCode::kBadModel, fmt::format("{}: no text fits in its context", options.path));
  double sum = 0;
  for (std::size_t i = 1; i < ours->size(); ++i) {
    sum += std::abs(static_cast<double>((*ours)[i]) - static_cast<double>((*theirs)[i]));
  }
  return sum / static_cast<double>(ours->size() - 1);
}

}  // namespace

bool computes_on_gpu(const CausalOptions& options) {
  if (options.device == Device::kGpu) return true;
  if (options.device == Device::kCpu || options.n_gpu_layers == 0) return false;
  const auto devices = ggml_devices();
  return devices && devices->gpu != nullptr;
}

Result<std::shared_ptr<const CausalLm>> load_decoder(const CausalOptions& options, std::uint64_t available_bytes) {
  auto opened = GgufFile::open(options.path);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  auto file = std::make_shared<const GgufFile>(std::move(*opened));
  const std::uint64_t needed = decoder_weights_bytes(*file, options.precision);
  if (available_bytes != 0 && needed > available_bytes) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} needs about {} MB to be compiled, and {} MB are available",
                                                  options.path, needed / 1000000, available_bytes / 1000000));
  }
  auto tokenizer = load_gguf_tokenizer(*file);
  if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
  const auto bos = read_gguf_bos(*file);
  if (!bos) return tl::unexpected(bos.error());
  return load_openvino_decoder(std::move(file),
                               {.precision = options.precision,
                                .n_threads = options.n_threads,
                                .max_context_tokens = options.max_context_tokens,
                                .cache_dir = options.cache_dir},
                               std::move(*tokenizer), *bos);
}

Result<void> check_decoder(const CausalLm& decoder, const CausalOptions& options) {
  const bool remembers = options.cache_dir != "none";
  const BlobCache cache(options.cache_dir.empty() ? cache_dir() + "/compiled" : options.cache_dir);
  const auto identity = model_identity(options.path, options.cache_dir);
  if (!identity) return tl::unexpected(identity.error());
  const BlobKey key =
      BlobKeyBuilder().add("decoder agrees with llama.cpp").add(decoder.arithmetic()).add(identity->hex()).key();
  if (remembers && cache.find(key)) return {};
  const auto found = difference(decoder, options);
  if (!found) return tl::unexpected(found.error());
  if (!(*found <= kMaxDecoderDifference)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: their likelihoods differ by {:.3f} nats on average, more than {}", options.path,
                            *found, kMaxDecoderDifference));
  }
  // A cache that cannot be written only costs time.
  if (remembers) static_cast<void>(cache.store(key, [&](std::ostream& out) { out << *found; }));
  return {};
}

}  // namespace pith
