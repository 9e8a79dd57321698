// An engine without a model, for tests of the doors: a word's score is its length, capped at 20 and scaled to [0, 1];
// the longest words are kept, earlier ones first among equals, as many as `rate` (of the words) or `target_token`
// allows. Tokens are words. Deterministic and thread-safe.
//
// Told by the text: "fail-internal" throws; "slow" and "brisk" wait for 200 and 30 ms in short steps of progress, so
// that they can be interrupted.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "compress/validate.h"
#include "pith/engine.h"

namespace pith {

class FakeEngine final : public Engine {
 public:
  explicit FakeEngine(EngineOptions options) : options_(std::move(options)) {}

  /// Like Engine::create. The models "missing" and "broken" cannot be loaded.
  static Result<std::shared_ptr<const Engine>> create_fake(const EngineOptions& options) {
    if (options.model == "missing") return fail(ErrorCode::kNotFound, "model \"missing\" is not there");
    if (options.model == "broken") return fail(ErrorCode::kBadModel, "broken/model.safetensors: truncated");
    return std::make_shared<const FakeEngine>(options);
  }

  [[nodiscard]] Result<CompressResult> compress(const CompressRequest& request,
                                                const CompressProgress& progress) const override {
    if (auto ok = validate(request); !ok) return tl::unexpected(ok.error());
    const auto has = [&](const char* word) { return request.context[0].find(word) != std::string::npos; };
    if (has("fail-internal")) throw std::runtime_error("a fake failure");
    const std::size_t n_steps = has("slow") ? 20 : has("brisk") ? 3 : 0;
    for (std::size_t i = 0; i < n_steps; ++i) {
      if (progress && !progress(i, n_steps)) return fail(ErrorCode::kCancelled, "cancelled");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CompressResult result = keep_longest(request);
    result.warnings = unused_field_warnings(request);
    return result;
  }

  [[nodiscard]] std::string model_description() const override { return "fake model " + options_.model; }

 private:
  static std::vector<ByteSpan> words_of(std::string_view text) {
    std::vector<ByteSpan> words;
    for (std::size_t i = 0; i < text.size();) {
      const auto is_space = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\n' || text[at] == '\t'; };
      std::size_t end = i;
      while (end < text.size() && !is_space(end)) ++end;
      if (end > i) words.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end)});
      i = end + 1;
    }
    return words;
  }

  static CompressResult keep_longest(const CompressRequest& request) {
    CompressResult result;
    result.id = request.id;
    result.tokenizer = request.tokenizer.empty() ? "o200k_base" : request.tokenizer;
    std::vector<std::pair<std::size_t, std::size_t>> order;  // context, word
    for (const std::string& text : request.context) {
      auto& scores = result.word_scores.emplace_back();
      for (const ByteSpan& span : words_of(text)) {
        order.emplace_back(result.word_scores.size() - 1, scores.size());
        scores.push_back({span, static_cast<float>(std::min<std::uint32_t>(span.n_bytes(), 20)) / 20, false});
      }
    }
    const auto word = [&](const auto& at) -> WordScore& { return result.word_scores[at.first][at.second]; };
    std::ranges::stable_sort(order, [&](const auto& a, const auto& b) { return word(a).score > word(b).score; });
    const double n_words = static_cast<double>(order.size());
    const double n_kept = request.target_token ? static_cast<double>(*request.target_token)
                                               : std::ceil(n_words * request.rate.value_or(0.5));
    for (std::size_t i = 0; i < order.size() && static_cast<double>(i) < n_kept; ++i) word(order[i]).kept = true;
    render(request, &result);
    if (!request.return_word_scores) result.word_scores.clear();
    return result;
  }

  static void render(const CompressRequest& request, CompressResult* result) {
    for (std::size_t c = 0; c < request.context.size(); ++c) {
      std::string text;
      auto& spans = result->spans.emplace_back();
      for (const WordScore& word : result->word_scores[c]) {
        ++result->origin_tokens;
        if (!word.kept) continue;
        ++result->compressed_tokens;
        if (!text.empty()) text += ' ';
        text += word.span.of(request.context[c]);
        spans.push_back(word.span);
      }
      if (c > 0) result->compressed_prompt += "\n\n";
      if (request.rate == 1.0) text = request.context[c];
      result->compressed_prompt += text;
      result->compressed_prompt_list.push_back(text);
      result->kept_context_ids.push_back(c);
    }
  }

  EngineOptions options_;
};

}  // namespace pith
