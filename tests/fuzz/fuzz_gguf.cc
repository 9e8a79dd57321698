// Any bytes as a GGUF file, and small models with any damage: a clear error, or a file whose every tensor lies inside
// it; or a model that loads and gives probabilities. ggml itself aborts on bad graphs, so getting that far is the test.
// Of a causal model the header, the vocabulary and what is estimated from them; llama.cpp itself is left out.
//
// The first byte chooses: 0 = the rest is the file; else one of the models below, and the rest is what to change in it,
// as (u16 offset, u8 value).
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/llama/causal_header.h"
#include "model/llama/convert_gguf.h"
#include "model/llama/gguf_file.h"
#include "model/llama/gguf_tokenizer.h"
#include "model/llama/llama_classifier.h"
#include "support/temp_dir.h"
#include "support/tiny_causal_gguf.h"
#include "support/tiny_encoder.h"

namespace {

std::string make_model(const pith::TinyEncoderSpec& spec, pith::GgufStorage storage) {
  const pith::TempDir dir;
  pith::write_tiny_encoder(dir / "folder", spec);
  pith::write_text(dir / "folder/tokenizer.json", "{}");
  const auto report = pith::convert_to_gguf(dir / "folder", dir / "model.gguf", storage);
  if (!report) throw std::runtime_error(report.error().message);
  return pith::read_text(dir / "model.gguf");
}

const std::vector<std::string>& models() {
  static const std::vector<std::string> all{
      make_model({.n_layers = 1,
                  .hidden_size = 4,
                  .n_heads = 2,
                  .intermediate_size = 3,
                  .max_position_embeddings = 5,
                  .vocab_size = 4},
                 pith::GgufStorage::kF32),
      make_model({.architecture = pith::Architecture::kRoberta,
                  .n_layers = 1,
                  .hidden_size = 32,
                  .n_heads = 1,
                  .intermediate_size = 32,
                  .max_position_embeddings = 6,
                  .type_vocab_size = 1,
                  .vocab_size = 4,
                  .pad_token_id = 1},
                 pith::GgufStorage::kQ8),
      make_model({.architecture = pith::Architecture::kModernBert,
                  .n_layers = 2,
                  .hidden_size = 4,
                  .n_heads = 1,
                  .intermediate_size = 2,
                  .vocab_size = 4},
                 pith::GgufStorage::kF16),
      pith::tiny_causal_gguf(),
      pith::tiny_sentencepiece_gguf(),
  };
  return all;
}

void check_file(const pith::GgufFile& file) {
  const std::string_view bytes = file.bytes();
  for (const auto& [name, tensor] : file.tensors()) {
    PITH_CHECK(
        tensor.bytes.data() >= bytes.data() && tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size(),
        name);
    PITH_CHECK(!tensor.shape.empty() && file.require_tensor(name, tensor.shape).has_value(), name);
    std::vector<char> copy(tensor.bytes.size());
    PITH_CHECK(file.read(tensor.bytes, copy).has_value(), name);
  }
}

void check_model(const std::shared_ptr<const pith::GgufFile>& file) {
  const auto classifier = pith::load_llama_classifier(
      file, {.device = pith::Device::kCpu, .n_threads = 1, .tokenizer = std::make_shared<pith::StubTokenizer>(1)});
  if (!classifier) {
    PITH_CHECK(!classifier.error().message.empty(), "");
    return;
  }
  pith::TokenSequences sequences;
  sequences.ids = {0, 0, 0};
  sequences.hidden = {1};
  sequences.end_sequence();
  const auto probabilities = (*classifier)->keep_probabilities(sequences);
  if (!probabilities) return;
  for (const float p : *probabilities) PITH_CHECK(p >= 0 && p <= 1, std::to_string(p));
}

/// Whatever the header says: numbers that are small enough to compute with, and tokens that stand for the text's bytes.
void check_causal(const pith::GgufFile& file) {
  if (const auto header = pith::read_causal_header(file)) {
    PITH_CHECK(header->n_heads % header->n_kv_heads == 0 && header->n_batch_tokens() > 0, "");
    for (const std::size_t n_context : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 40}) {
      const pith::CausalMemory memory = pith::causal_memory(file, *header, n_context);
      PITH_CHECK(memory.kv_cache_bytes < std::uint64_t{1} << 60 && memory.scratch_bytes < std::uint64_t{1} << 60, "");
    }
    PITH_CHECK(pith::is_causal_gguf(file) ==
                   (file.find("tokenizer.ggml.model") != nullptr && file.find("pith.config.json") == nullptr),
               "");
  }
  PITH_CHECK(pith::quantization_name(file).size() < 20, "");
  const auto bos = pith::read_gguf_bos(file);
  PITH_CHECK(bos || !bos.error().message.empty(), "");
  const auto tokenizer = pith::load_gguf_tokenizer(file);
  if (!tokenizer) {
    PITH_CHECK(!tokenizer.error().message.empty(), "");
    return;
  }
  PITH_CHECK(!bos || *bos < static_cast<pith::TokenId>((*tokenizer)->vocab_size()), "");
  const std::string_view text = " ab  abab\n\xC3\xA9\xFF <s>";
  pith::Encoding encoding;
  (*tokenizer)->encode(text, &encoding);
  PITH_CHECK(encoding.ids.size() == encoding.spans.size(), "");
  std::string bytes;
  for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
    PITH_CHECK(encoding.ids[i] >= 0 && static_cast<std::size_t>(encoding.ids[i]) < (*tokenizer)->vocab_size(), "");
    PITH_CHECK(encoding.spans[i].begin <= encoding.spans[i].end && encoding.spans[i].end <= text.size(), "");
    PITH_CHECK(i == 0 || encoding.spans[i - 1].begin <= encoding.spans[i].begin, "");
    (*tokenizer)->append_bytes(encoding.ids[i], &bytes);
  }
  (*tokenizer)->append_bytes(-1, &bytes);
  (*tokenizer)->append_bytes(1 << 30, &bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes;
  if (const std::size_t which = data[0] % (models().size() + 1); which == 0) {
    bytes.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  } else {
    bytes = models()[which - 1];
    for (std::size_t i = 1; i + 2 < size; i += 3) {
      bytes[(data[i] + std::size_t{256} * data[i + 1]) % bytes.size()] = static_cast<char>(data[i + 2]);
    }
  }
  auto file = pith::GgufFile::parse(bytes, "fuzz");
  if (!file) {
    PITH_CHECK(!file.error().message.empty(), "");
    return 0;
  }
  check_file(*file);
  check_causal(*file);
  check_model(std::make_shared<const pith::GgufFile>(std::move(*file)));
  return 0;
}
