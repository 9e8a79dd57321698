#include "model/llama/llama_causal_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"
#include "model/llama/gguf_tokenizer.h"
#include "model/llama/llama_session.h"

namespace pith {
namespace {

constexpr std::array<std::string_view, 4> kArchitectures{"llama", "qwen2", "qwen3", "gpt2"};
constexpr std::size_t kLogitsBytes = std::size_t{64} << 20;  // of one micro-batch, about

struct Header {
  std::string architecture;
  std::uint64_t n_layers = 0, hidden_size = 0, n_heads = 0, n_kv_heads = 0, head_size = 0, context_length = 0;
  std::uint64_t n_vocab = 0;

  [[nodiscard]] std::size_t n_batch_tokens() const {
    return std::clamp<std::size_t>(kLogitsBytes / (4 * n_vocab) / 32 * 32, 32, 256);
  }
};

/// A whole number from 1 to `largest`; `fallback` where it is missing, 0 meaning that it may not be.
Result<std::uint64_t> read_count(const GgufFile& file, const std::string& key, std::uint64_t largest,
                                 std::uint64_t fallback) {
  const GgufValue* const value = file.find(key);
  if (value == nullptr && fallback != 0) return fallback;
  const auto* const n = value == nullptr ? nullptr : std::get_if<std::uint64_t>(value);
  if (n == nullptr || *n == 0 || *n > largest) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: \"{}\" must be a whole number from 1 to {}", file.path(), key, largest));
  }
  return *n;
}

Result<Header> read_header(const GgufFile& file) {
  if (file.find(kGgufConfigKey) != nullptr) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} holds an encoder that `pith convert` wrote, not a causal model; methods with a causal "
                            "model need a GGUF file of one, such as SmolLM2 or Qwen",
                            file.path()));
  }
  const auto architecture = file.text("general.architecture");
  if (!architecture) return tl::unexpected(architecture.error());
  if (std::find(kArchitectures.begin(), kArchitectures.end(), *architecture) == kArchitectures.end()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: an architecture \"{}\" is not supported; Pith reads llama, "
                                                     "qwen2, qwen3 and gpt2",
                                                     file.path(), *architecture));
  }
  Header header;
  header.architecture = *architecture;
  const auto read = [&](std::string_view name, std::uint64_t largest, std::uint64_t fallback, std::uint64_t* target) {
    const auto n = read_count(file, fmt::format("{}.{}", *architecture, name), largest, fallback);
    if (n) *target = *n;
    return n;
  };
  if (auto n = read("block_count", 512, 0, &header.n_layers); !n) return tl::unexpected(n.error());
  if (auto n = read("embedding_length", 1U << 16, 0, &header.hidden_size); !n) return tl::unexpected(n.error());
  if (auto n = read("attention.head_count", 1024, 0, &header.n_heads); !n) return tl::unexpected(n.error());
  if (auto n = read("attention.head_count_kv", 1024, header.n_heads, &header.n_kv_heads); !n) {
    return tl::unexpected(n.error());
  }
  if (auto n = read("context_length", 1U << 24, 0, &header.context_length); !n) return tl::unexpected(n.error());
  if (header.n_heads % header.n_kv_heads != 0 || (file.find(header.architecture + ".attention.key_length") == nullptr &&
                                                  header.hidden_size % header.n_heads != 0)) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: {} values in {} heads, {} of them for keys, do not divide",
                                                  file.path(), header.hidden_size, header.n_heads, header.n_kv_heads));
  }
  const std::uint64_t plain_head = std::max<std::uint64_t>(header.hidden_size / header.n_heads, 1);
  if (auto n = read("attention.key_length", 1024, plain_head, &header.head_size); !n) return tl::unexpected(n.error());
  std::uint64_t n_value = 0;
  std::uint64_t n_rope = 0;
  if (auto n = read("attention.value_length", 1024, header.head_size, &n_value); !n) return tl::unexpected(n.error());
  if (auto n = read("rope.dimension_count", 1024, header.head_size, &n_rope); !n) return tl::unexpected(n.error());
  if (n_value != header.head_size || n_rope > header.head_size || (n_rope % 2 != 0 && *architecture != "gpt2")) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: keys of {}, values of {} and rotations of {} do not fit",
                                                  file.path(), header.head_size, n_value, n_rope));
  }
  const GgufTensor* const table = file.find_tensor("token_embd.weight");
  if (table == nullptr || table->shape.size() != 2 || table->shape[0] <= 0 || table->shape[0] > (1 << 22) ||
      static_cast<std::uint64_t>(table->shape[1]) != header.hidden_size) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: token_embd.weight must be rows of {} values", file.path(), header.hidden_size));
  }
  header.n_vocab = static_cast<std::uint64_t>(table->shape[0]);
  return header;
}

class LlamaCausalLm final : public CausalLm {
 public:
  LlamaCausalLm(std::shared_ptr<const LlamaShared> shared, std::unique_ptr<Tokenizer> tokenizer, TokenId bos,
                std::string description)
      : shared_(std::move(shared)), tokenizer_(std::move(tokenizer)), bos_(bos), description_(std::move(description)) {}

  [[nodiscard]] Result<std::vector<float>> score(const CausalBatch& batch,
                                                 const ProgressCallback& progress) const override {
    const TokenSequences& sequences = batch.sequences;
    if (!sequences.hidden.empty() ||
        (!batch.wanted_from.empty() && batch.wanted_from.size() != sequences.n_sequences())) {
      return fail(ErrorCode::kInvalidArgument,
                  "causal models hide no tokens, and wanted_from has one number a sequence");
    }
    std::size_t longest = 0;
    for (std::size_t i = 0; i < sequences.n_sequences(); ++i) longest = std::max(longest, sequences.sequence(i).size());
    std::vector<float> nll;
    nll.reserve(sequences.ids.size());
    if (longest == 0) return nll;
    auto session = LlamaSession::make(shared_, std::min(longest, shared_->max_context_tokens));
    if (!session) return tl::unexpected(std::move(session.error()));
    for (std::size_t i = 0; i < sequences.n_sequences(); ++i) {
      const std::size_t n_done = sequences.begin[i];
      ProgressCallback part;
      if (progress) {
        part = [&](std::size_t n, std::size_t) { return progress(n_done + n, sequences.ids.size()); };
      }
      if (auto ok = (*session)->truncate(0); !ok) return tl::unexpected(std::move(ok.error()));
      const std::size_t wanted_from = batch.wanted_from.empty() ? 0 : batch.wanted_from[i];
      if (auto ok = (*session)->append_from(sequences.sequence(i), wanted_from, &nll, part); !ok) {
        return tl::unexpected(std::move(ok.error()));
      }
    }
    return nll;
  }

  [[nodiscard]] Result<std::unique_ptr<CausalSession>> new_session() const override {
    auto session = LlamaSession::make(shared_, std::min<std::size_t>(512, shared_->max_context_tokens));
    if (!session) return tl::unexpected(std::move(session.error()));
    return std::unique_ptr<CausalSession>(std::move(*session));
  }

  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }
  [[nodiscard]] TokenId bos() const override { return bos_; }
  [[nodiscard]] std::size_t max_context_tokens() const override { return shared_->max_context_tokens; }
  [[nodiscard]] std::string description() const override { return description_; }

 private:
  std::shared_ptr<const LlamaShared> shared_;
  std::unique_ptr<Tokenizer> tokenizer_;
  TokenId bos_;
  std::string description_;
};

std::size_t context_of(const Header& header, std::size_t asked) {
  const auto trained = static_cast<std::size_t>(header.context_length);
  return asked == 0 ? trained : std::min(asked, trained);
}

}  // namespace

bool is_causal_gguf(const std::string& path) {
  const auto file = GgufFile::open(path);
  return file && file->find(kGgufConfigKey) == nullptr && file->find("tokenizer.ggml.model") != nullptr &&
         read_header(*file).has_value();
}

Result<CausalMemory> estimate_llama_memory(const std::string& path, std::size_t max_context_tokens) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = read_header(*file);
  if (!header) return tl::unexpected(header.error());
  const std::uint64_t n_context = context_of(*header, max_context_tokens);
  const std::uint64_t n_batch = header->n_batch_tokens();
  return CausalMemory{
      .weights_bytes = file->bytes().size(),
      .kv_cache_bytes = n_context * header->n_layers * header->n_kv_heads * header->head_size * 2 * 2,
      // Logits, attention of one layer without flash attention, and some rows of activations.
      .scratch_bytes = 4 * n_batch * (header->n_vocab + 2 * n_context * header->n_heads + 16 * header->hidden_size)};
}

Result<std::shared_ptr<const CausalLm>> load_llama_causal_lm(const std::string& path,
                                                             const LlamaCausalOptions& options) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = read_header(*file);
  if (!header) return tl::unexpected(header.error());
  auto tokenizer = load_gguf_tokenizer(*file);
  if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
  if ((*tokenizer)->vocab_size() > header->n_vocab) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: {} tokens, but {} rows of token_embd.weight", path,
                                                  (*tokenizer)->vocab_size(), header->n_vocab));
  }
  const auto bos = read_gguf_bos(*file);
  if (!bos) return tl::unexpected(bos.error());
  const auto devices = ggml_devices();
  if (!devices) return tl::unexpected(devices.error());
  if (options.device == Device::kGpu && devices->gpu == nullptr) {
    return fail(ErrorCode::kUnsupported, "there is no GPU that this build of llama.cpp can use");
  }
  // llama.cpp's messages go where ggml's go.
  ggml_log_callback log = nullptr;
  void* user_data = nullptr;
  ggml_log_get(&log, &user_data);
  llama_log_set(log, user_data);

  auto shared = std::make_shared<LlamaShared>();
  shared->on_gpu = options.device != Device::kCpu && devices->gpu != nullptr && options.n_gpu_layers != 0;
  shared->n_vocab = static_cast<std::size_t>(header->n_vocab);
  shared->max_context_tokens = context_of(*header, options.max_context_tokens);
  shared->n_batch_tokens = header->n_batch_tokens();
  shared->n_threads = options.n_threads;
  llama_model_params params = llama_model_default_params();
  std::array<ggml_backend_dev_t, 2> gpus{shared->on_gpu ? devices->gpu : nullptr, nullptr};
  params.devices = gpus.data();
  params.n_gpu_layers = shared->on_gpu ? options.n_gpu_layers : 0;
  shared->model.reset(llama_model_load_from_file(path.c_str(), params));
  if (shared->model == nullptr) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: llama.cpp cannot load it{}", path, take_ggml_error()));
  }
  const auto n_vocab = llama_vocab_n_tokens(llama_model_get_vocab(shared->model.get()));
  if (n_vocab <= 0 || static_cast<std::size_t>(n_vocab) != shared->n_vocab) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: llama.cpp counts {} tokens, token_embd.weight has {} rows", path,
                                                  n_vocab, shared->n_vocab));
  }
  std::array<char, 128> text{};
  llama_model_desc(shared->model.get(), text.data(), text.size());
  std::string description = fmt::format("{}, llama.cpp on {}", text.data(),
                                        ggml_backend_dev_description(shared->on_gpu ? devices->gpu : devices->cpu));
  return std::make_shared<const LlamaCausalLm>(std::move(shared), std::move(*tokenizer), *bos, std::move(description));
}

}  // namespace pith
