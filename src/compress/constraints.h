// What the caller forces, and what punctuation needs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compress/prepared_context.h"

namespace pith {

struct ForceRules {
  std::vector<std::string> tokens;  ///< force tokens that are not white space
  bool reserve_digit = false;
  bool keep_line_breaks = false;  ///< a force token is a line break
};

/// Splits the request's force tokens: those of line breaks only become keep_line_breaks, other white space is dropped
/// (white space between kept words survives anyway), the rest are matched in the text.
[[nodiscard]] ForceRules make_force_rules(std::span<const std::string> force_tokens, bool reserve_digit);

/// Fills context.forced and context.matched. A force token matches where it begins at a word's begin and ends at a
/// word's end (so `a` does not match inside `day`, and `The answer is` matches three words); a token of operator signs
/// only
/// (+ * × / ÷ = < > | & % $ # @ ~ ^) also matches inside a word such as `2+3`, and forces it.
/// Cost: bytes of text times number of tokens.
void mark_forced(const ForceRules& rules, PreparedContext& context);

/// Fills context.priorities: the scores, with punctuation held back until it has company. A mark that closes a sentence
/// ranks no higher than the best word of its sentence, a comma no higher than the best word of its clause and the best
/// one after it, a bracket or quote no higher than the best word inside, any other mark no higher than the best word of
/// its line. So no mark outlives the words it belongs to, and the order stays one fixed ranking (nested results).
void rank_punctuation(PreparedContext& context);

}  // namespace pith
