// Pages: stretches of about 64 tokens, chosen by what they have in common with the question, after BEAVER (arXiv
// 2603.19635). That work pools the static token embeddings of a large model; here a page's meaning is a sentence
// encoder's vector, or nothing.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "compress/text_units.h"
#include "compress/word_scorer.h"
#include "model/text_embedder.h"

namespace pith {

inline constexpr std::size_t kPageTokens = 64;
inline constexpr std::size_t kFixedPages = 4;
inline constexpr double kSemanticWeight = 0.7;
inline constexpr double kLexicalWeight = 0.3;

/// units[first_unit, end_unit).
struct Page {
  std::size_t first_unit = 0;
  std::size_t end_unit = 0;

  friend bool operator==(const Page&, const Page&) = default;
};

/// Whole units (sentences) of one context, as many as come nearest to kPageTokens; a word counts one token per six
/// bytes, rounded up. `units` are in order; those longer than two pages are cut into pieces of a page first.
[[nodiscard]] std::vector<Page> make_pages(const ScoringTask& task, std::vector<TextUnit>* units);

/// A page's value is its BM25 score against the question (or characteristic_terms() of the pages) as a share of the
/// best page's; with an embedder 0.3 of that and 0.7 of its cosine with the question (or the mean of all pages) as a
/// share of the best, negative ones counting 0. The first pages of all (anchors) and the last ones (flow) come before
/// the others: four each, or as many as are an eighth of the pages that `rate` leaves, so that they never fill a small
/// budget. Words of a page share its score; its sentences are the units that stay or go together.
class PageScorer final : public WordScorer {
 public:
  /// `embedder` may be null, and must outlive this.
  explicit PageScorer(const TextEmbedder* embedder) : embedder_(embedder) {}

  /// Errors: the embedder's.
  [[nodiscard]] Result<void> score(const ScoringTask& task) const override;
  [[nodiscard]] bool wants_linguistic_rules() const override { return false; }

 private:
  const TextEmbedder* embedder_;
};

}  // namespace pith
