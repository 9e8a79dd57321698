// What every method should be compared with: simple ways to shorten a text that know no language model.
//
//   head, tail, ends  truncation: the beginning, the end, or both in equal parts, of the contexts in result order
//   random            words by lot; the same lot at every rate, so that a lower rate keeps a subset
//   stop_words        first the English stop words go, the last one of the text first, then all others in that order
//   bm25              sentences by BM25 against the question; without one against the text's twenty most characteristic
//                     terms (characteristic_terms.h)
//   tf_idf            sentences by the cosine of their TF-IDF vectors with the question's; without one with the mean of
//                     all sentences
//   pages             stretches of about 64 tokens by what they share with the question (pages.h; after BEAVER)
#pragma once

#include <memory>
#include <string_view>

#include "compress/word_scorer.h"
#include "model/text_embedder.h"
#include "pith/result.h"

namespace pith {

struct BaselineSources {
  /// For `pages`, which then also compares meanings; null: words in common only. Must outlive the scorer.
  const TextEmbedder* embedder = nullptr;
};

[[nodiscard]] bool is_baseline(std::string_view method);

/// Errors: kInvalidArgument for a method that is no baseline.
[[nodiscard]] Result<std::unique_ptr<WordScorer>> make_baseline(std::string_view method,
                                                                const BaselineSources& sources = {});

}  // namespace pith
