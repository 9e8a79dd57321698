#include "tokenize/token_counter.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/paths.h"
#include "base/suggest.h"
#include "tokenize/byte_bpe_counter.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

struct Known {
  std::string_view name;
  BpePattern pattern;
};
constexpr std::array<Known, 2> kKnown{{{"o200k_base", BpePattern::kO200k}, {"cl100k_base", BpePattern::kCl100k}}};

/// Counts the tokens of any tokenizer.
class EncodingCounter final : public TokenCounter {
 public:
  EncodingCounter(std::string name, std::unique_ptr<const Tokenizer> tokenizer)
      : name_(std::move(name)), tokenizer_(std::move(tokenizer)) {}

  [[nodiscard]] std::size_t count(std::string_view text) const override {
    Encoding encoding;
    tokenizer_->encode(text, &encoding);
    return encoding.n_tokens();
  }
  [[nodiscard]] std::string_view name() const override { return name_; }

 private:
  const std::string name_;
  const std::unique_ptr<const Tokenizer> tokenizer_;
};

/// The folder that load_tokenizer() wants.
Result<std::string> tokenizer_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_directory(path, error)) return path;
  const fs::path file(path);
  if (!fs::exists(file, error)) return fail(ErrorCode::kNotFound, path + ": no such file or folder");
  if (file.filename() != "tokenizer.json") {
    return fail(ErrorCode::kUnsupported, path + ": tokens are counted with a tokenizer.json or a folder that has one");
  }
  return file.has_parent_path() ? file.parent_path().string() : std::string(".");
}

Result<std::shared_ptr<const TokenCounter>> load_from_path(const std::string& path) {
  const auto folder = tokenizer_folder(path);
  if (!folder) return tl::unexpected(folder.error());
  auto tokenizer = load_tokenizer(*folder);
  if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
  return make_token_counter(path, std::move(*tokenizer));
}

Result<std::shared_ptr<const TokenCounter>> load_known(const Known& known, const std::string& path) {
  auto ranks = BpeRanks::load(path);
  if (!ranks) return tl::unexpected(std::move(ranks.error()));
  return std::make_shared<const ByteBpeCounter>(std::string(known.name), known.pattern, std::move(*ranks));
}

}  // namespace

std::shared_ptr<const TokenCounter> make_token_counter(std::string name, std::unique_ptr<const Tokenizer> tokenizer) {
  return std::make_shared<const EncodingCounter>(std::move(name), std::move(tokenizer));
}

bool is_tokenizer_path(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".json") || name.ends_with(".gguf");
}

std::vector<std::string_view> token_counter_names() {
  std::vector<std::string_view> names;
  names.reserve(kKnown.size());
  for (const Known& known : kKnown) names.push_back(known.name);
  return names;
}

Result<std::shared_ptr<const TokenCounter>> load_token_counter(std::string_view name) {
  const Known* known = nullptr;
  for (const Known& candidate : kKnown) {
    if (candidate.name == name) known = &candidate;
  }
  if (known == nullptr && !is_tokenizer_path(name)) {
    const auto names = token_counter_names();
    return fail(ErrorCode::kUnknownField, fmt::format("unknown tokenizer \"{}\"{}", name, did_you_mean(name, names)));
  }
  // Kept by path, not by name: a process that points PITH_DATA elsewhere gets what lies there.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TokenCounter>> loaded;
  const std::string path =
      known == nullptr ? std::string(name) : fmt::format("{}/tokenizers/{}.ranks", data_dir(), name);
  const std::lock_guard lock(mutex);
  std::shared_ptr<const TokenCounter>& counter = loaded[path];
  if (counter == nullptr) {
    auto fresh = known == nullptr ? load_from_path(path) : load_known(*known, path);
    if (!fresh) return tl::unexpected(std::move(fresh.error()));
    counter = std::move(*fresh);
  }
  return counter;
}

}  // namespace pith
