#include "tokenize/token_counter.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "base/paths.h"
#include "base/suggest.h"
#include "tokenize/byte_bpe_counter.h"

namespace pith {
namespace {

struct Known {
  std::string_view name;
  BpePattern pattern;
};
constexpr std::array<Known, 2> kKnown{{{"o200k_base", BpePattern::kO200k}, {"cl100k_base", BpePattern::kCl100k}}};

}  // namespace

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
  if (known == nullptr) {
    const auto names = token_counter_names();
    return fail(ErrorCode::kUnknownField, fmt::format("unknown tokenizer \"{}\"{}", name, did_you_mean(name, names)));
  }
  // Kept by path, not by name: a process that points PITH_DATA elsewhere gets what lies there.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TokenCounter>> loaded;
  const std::string path = fmt::format("{}/tokenizers/{}.ranks", data_dir(), name);
  const std::lock_guard lock(mutex);
  std::shared_ptr<const TokenCounter>& counter = loaded[path];
  if (counter == nullptr) {
    auto ranks = BpeRanks::load(path);
    if (!ranks) return tl::unexpected(std::move(ranks.error()));
    counter = std::make_shared<const ByteBpeCounter>(std::string(name), known->pattern, std::move(*ranks));
  }
  return counter;
}

}  // namespace pith
