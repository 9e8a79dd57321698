// Baselines that choose whole sentences by the words in them. All sentences of all contexts are the collection in which
// a word is rare or common.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "compress/word_scorer.h"

namespace pith {

/// BM25 (bm25.h) against the question, or without one against characteristic_terms().
class Bm25SentenceScorer final : public WordScorer {
 public:
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
  [[nodiscard]] bool wants_linguistic_rules() const override { return false; }
};

/// The cosine with the question, or without one with the mean of the sentences' unit vectors (Radev et al. 2004,
/// "Centroid-based summarization of multiple documents").
class TfIdfSentenceScorer final : public WordScorer {
 public:
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
  [[nodiscard]] bool wants_linguistic_rules() const override { return false; }
};

/// A cosine in [0, 1] per passage: a term (bm25.h; no function words) that occurs n times, in d of N passages, weighs
/// (1 + ln n) * ln(1 + N / d). With an empty query: with the mean of all. 0 for a passage without terms. Linear.
[[nodiscard]] std::vector<double> tf_idf_cosines(std::string_view query, std::span<const std::string_view> passages);

}  // namespace pith
