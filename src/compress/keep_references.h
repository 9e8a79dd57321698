// A pronoun without its name says nothing: "He signed it in 1848" needs to know who. With CompressRequest::
// keep_references, what a kept pronoun stands for is kept as well.
//
//   Mrs. Lovelace met Mr. Babbage. She ...        Mrs Lovelace: the nearest name that agrees
//   Acme Corp sold the plant. The company ...     Acme Corp
//   a red lorry ... the lorry                    red lorry
//
// Heuristics for English, from capital letters and closed lists (reference_lists.h); other languages find next to
// nothing, which costs nothing. What refers: he, she, it, they and their forms; who and which; the former, the latter;
// this, that, these, those and `the` with a noun. What is looked for:
//   pronouns     the nearest run of proper nouns in the same or the two previous sentences that does not disagree: a
//                title or an ending may say man, woman, thing; `they` prefers plurals and `A and B`; he and she pass
//                over names behind in, at, to, from, on, of and near where another is there
//   who, which   the word before it, and the run of proper nouns it ends
//   the NOUN     the nearest earlier mention of the same noun within ten sentences that has modifiers or a name beside
//                it; of nouns such as company, city or singer else the nearest run as for pronouns
//   the former   the first of the last two runs that stand in one sentence; the latter: the second
// It is not coreference resolution: where several names agree the nearest is taken, and a wrong one costs the budget of
// a name.
#pragma once

#include <cstdint>
#include <vector>

#include "compress/prepared_context.h"

namespace pith {

/// Words [first_word, end_word) are what word `reference` stands for. The range ends before `reference`.
struct Reference {
  std::uint32_t word = 0;
  std::uint32_t first_word = 0;
  std::uint32_t end_word = 0;

  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Every reference whose antecedent was found, ascending by word. A pure function of the text and its units. Linear.
[[nodiscard]] std::vector<Reference> find_references(const PreparedContext& context);

/// Raises the priorities of antecedents to at least those of what refers to them, chains included: so whenever a
/// reference is kept, its antecedent is. Punctuation inside a name keeps its own rank. Priorities only rise: it belongs
/// after rank_punctuation() and before lift_companions(). The antecedent of a forced word ranks first among what is not
/// forced. REQUIRES: priorities and forced have an entry per word.
void keep_references(PreparedContext& context);

}  // namespace pith
