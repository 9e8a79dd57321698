#include "model/llama/llama_causal_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "model/llama/causal_header.h"
#include "model/llama/gguf_file.h"
#include "model/llama/gguf_tokenizer.h"
#include "model/llama/llama_session.h"

namespace pith {
namespace {

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

}  // namespace

bool is_causal_gguf(const std::string& path) {
  const auto file = GgufFile::open(path);
  return file && is_causal_gguf(*file);
}

Result<std::unique_ptr<Tokenizer>> open_gguf_tokenizer(const std::string& path) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return load_gguf_tokenizer(*file);
}

Result<CausalMemory> estimate_llama_memory(const std::string& path, std::size_t max_context_tokens) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = read_causal_header(*file);
  if (!header) return tl::unexpected(header.error());
  return causal_memory(*file, *header, max_context_tokens);
}

Result<std::shared_ptr<const CausalLm>> load_llama_causal_lm(const std::string& path,
                                                             const LlamaCausalOptions& options) {
  const auto file = GgufFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = read_causal_header(*file);
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
  shared->max_context_tokens = header->n_context_tokens(options.max_context_tokens);
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
