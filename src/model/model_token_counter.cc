#include "model/model_token_counter.h"

#include <map>
#include <mutex>
#include <utility>

#include "model/llama/llama_causal_lm.h"

namespace pith {

Result<std::shared_ptr<const TokenCounter>> load_model_token_counter(const std::string& name) {
  if (!name.ends_with(".gguf")) return load_token_counter(name);
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TokenCounter>> loaded;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const TokenCounter>& counter = loaded[name];
  if (counter == nullptr) {
    auto tokenizer = open_gguf_tokenizer(name);
    if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
    counter = make_token_counter(name, std::move(*tokenizer));
  }
  return counter;
}

}  // namespace pith
