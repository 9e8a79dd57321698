// A WordScorer run on prepared texts, without a pipeline.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "compress/word_scorer.h"
#include "support/prepare.h"

namespace pith::testing {

/// Contexts as a scorer gets them, and what it says of them. Texts are copied; views stay valid while it lives.
class Scoring {
 public:
  explicit Scoring(std::vector<std::string> texts, Format format = Format::kText) : texts_(std::move(texts)) {
    for (const std::string& text : texts_) {
      PreparedContext context = prepare_context(text, recognize(text, {format, {}})).value();
      contexts.push_back(std::move(context));
    }
    order.resize(texts_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
  }
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  Result<void> run(const WordScorer& scorer) {
    return scorer.score({request, contexts, order, rate, {}, progress, timings, warnings});
  }

  [[nodiscard]] std::string_view word(std::size_t c, std::size_t w) const {
    return contexts[c].document.words[w].span.of(contexts[c].text);
  }
  /// The words of all contexts that score highest, `n` of them, in the order of the text; joined by spaces.
  [[nodiscard]] std::string best(std::size_t n) const {
    struct At {
      float score;
      std::size_t c, w;
    };
    std::vector<At> all;
    for (const std::size_t c : order) {
      for (std::size_t w = 0; w < contexts[c].n_words(); ++w) all.push_back({contexts[c].scores[w], c, w});
    }
    std::ranges::stable_sort(all, std::ranges::greater(), &At::score);
    all.resize(std::min(n, all.size()));
    std::ranges::sort(all, {}, [](const At& at) { return std::pair(at.c, at.w); });
    std::string text;
    for (const At& at : all) {
      if (!text.empty()) text += ' ';
      text += word(at.c, at.w);
    }
    return text;
  }
  /// The text of each unit, in order.
  [[nodiscard]] std::vector<std::string> units(std::size_t c) const {
    std::vector<std::string> found;
    const PreparedContext& context = contexts[c];
    for (std::size_t begin = 0, end = 0; begin < context.n_words(); begin = end) {
      while (end < context.n_words() && context.unit_of_word[end] == context.unit_of_word[begin]) ++end;
      const ByteSpan span{context.document.words[begin].span.begin, context.document.words[end - 1].span.end};
      found.emplace_back(span.of(context.text));
    }
    return found;
  }

  CompressRequest request;
  std::vector<PreparedContext> contexts;
  std::vector<std::size_t> order;
  double rate = 0.5;
  ProgressCallback progress;
  Timings timings;
  std::vector<std::string> warnings;

 private:
  std::vector<std::string> texts_;
};

/// What every scorer promises: a score in [0, 1] per word, and units that are neighbours with one score.
inline void check_scores(const Scoring& scoring) {
  std::vector<std::uint32_t> seen;
  for (const std::size_t c : scoring.order) {
    const PreparedContext& context = scoring.contexts[c];
    ASSERT_EQ(context.scores.size(), context.n_words());
    for (const float score : context.scores) {
      ASSERT_GE(score, 0.0F);
      ASSERT_LE(score, 1.0F);
    }
    if (context.unit_of_word.empty()) continue;
    ASSERT_EQ(context.unit_of_word.size(), context.n_words());
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const std::uint32_t unit = context.unit_of_word[w];
      if (w > 0 && unit == context.unit_of_word[w - 1]) {
        ASSERT_EQ(context.scores[w], context.scores[w - 1]) << w;
        ASSERT_TRUE(context.is_plain() || context.nodes[w] == context.nodes[w - 1]) << w;
      } else {
        seen.push_back(unit);
      }
    }
  }
  std::ranges::sort(seen);
  ASSERT_EQ(std::ranges::adjacent_find(seen), seen.end()) << "a unit in two places";
}

}  // namespace pith::testing
