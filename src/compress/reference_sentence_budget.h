// The sentence-level filter of the published library.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compress/reference_ranking.h"
#include "compress/reference_tags.h"
#include "pith/byte_span.h"

namespace pith {

/// The sentences of a text, as sentence_pieces() takes them. For the library's results: English Punkt.
using SentenceSplitter = std::function<std::vector<ByteSpan>(std::string_view text)>;

struct ReferenceSentenceBudget {
  double target = 0;  ///< model tokens
  double ratio = 1.4;
  std::int64_t keep_first = 0;  ///< of the sentences of all contexts, with method longllmlingua only
  std::int64_t keep_last = 0;
  std::int64_t keep_lowest = 0;  ///< of each context
  double bonus = 100;            ///< what those gain, whichever direction is good
  ReferenceRanking ranking;
};

/// Replaces each context by those of its sentences that stay. `runs`, if not null, are the contexts' tagged runs (all
/// of each text), which are cut and dropped with the sentences; a sentence that touches one with compress=False stays.
/// Errors: those of rank_reference_texts().
[[nodiscard]] Result<void> filter_reference_sentences(const ReferenceSentenceBudget& budget,
                                                      const SentenceSplitter& split_sentences, const CausalLm& lm,
                                                      ReferenceProgress* progress, std::vector<std::string>* contexts,
                                                      std::vector<std::vector<ReferenceRun>>* runs);

}  // namespace pith
