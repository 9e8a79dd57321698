// A TextEmbedder without files or engine: a text's vector is the sum of its words', and a word's is fixed pseudo-random
// numbers. Texts that share words are alike, others nearly orthogonal. `aliases` make words mean the same.
#pragma once

#include <cctype>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/text_embedder.h"

namespace pith {

class FakeEmbedder final : public TextEmbedder {
 public:
  explicit FakeEmbedder(std::map<std::string, std::string> aliases = {}) : aliases_(std::move(aliases)) {}

  [[nodiscard]] Result<std::vector<float>> embed(std::span<const std::string_view> texts,
                                                 const ProgressCallback& progress = {}) const override {
    std::vector<float> vectors;
    for (std::size_t t = 0; t < texts.size(); ++t) {
      std::vector<double> sum(kDims, 0.0);
      sum[0] = 1e-3;  // a text without words has a direction too
      std::string word;
      for (const char c : std::string(texts[t]) + " ") {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
          word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
          continue;
        }
        if (!word.empty()) add(word, &sum);
        word.clear();
      }
      double square = 0;
      for (const double x : sum) square += x * x;
      for (const double x : sum) vectors.push_back(static_cast<float>(x / std::sqrt(square)));
      if (progress && !progress(t + 1, texts.size())) return fail(ErrorCode::kCancelled, "cancelled");
    }
    return vectors;
  }

  [[nodiscard]] std::size_t n_dims() const override { return kDims; }
  [[nodiscard]] std::size_t max_tokens() const override { return 1 << 20; }
  [[nodiscard]] std::string description() const override { return "fake text embedder"; }

 private:
  static constexpr std::size_t kDims = 64;

  void add(const std::string& word, std::vector<double>* sum) const {
    const auto alias = aliases_.find(word);
    std::uint64_t x = 0xCBF29CE484222325U;
    for (const char c : alias == aliases_.end() ? word : alias->second) {
      x = (x ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    for (double& value : *sum) {
      x = x * 6364136223846793005U + 1442695040888963407U;
      value += static_cast<double>(x >> 40) / static_cast<double>(1 << 23) - 1;
    }
  }

  std::map<std::string, std::string> aliases_;
};

}  // namespace pith
