// Negations and comparisons stay with what they change: "not guilty" must not become "guilty", nor "at least 5" "5".
//
//   It was not a good idea.        not       stays whenever good or idea does
//   Sie hat keinen Hund.           keinen    ... Hund
//   Il ne sait pas lire.           ne, pas   ... sait; pas also lire
//   at least 5 of up to 30         at least  ... 5; up to ... 30
//   between 3 and 5 years          between   ... 3 or 5; and ... both of them
//
// Which words, and where each looks, is a table (companion_words.h). A scope ends with the clause: at punctuation, a
// sentence's end or a blank line (quotes are looked through). Heuristics, without a grammar: what stands further away
// ("nobody that I have met ... agreed") is not reached, and negation inside a word (`impossible`, ICU's 不知道) needs
// no help.
#pragma once

#include "compress/prepared_context.h"

namespace pith {

/// Raises the priority of each companion to at least that of every word it stays with, and above it where it comes
/// behind that word, so that it is kept whenever one of them is. Priorities only rise, and only those of words:
/// so it belongs after rank_punctuation(), whose limits stay what they are, and after keep_references(), whose words it
/// follows. A companion of a forced word ranks first among what is not forced. Linear; does nothing else.
/// REQUIRES: priorities and forced have an entry per word.
void lift_companions(PreparedContext& context);

}  // namespace pith
