// What the question conditions in the published library: the ranking of contexts, and the likelihoods of tokens by a
// prefix.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compress/reference_model_text.h"
#include "pith/result.h"

namespace pith {

/// Where the question stands when a text is scored by its likelihood.
enum class QuestionPlace { kNone, kBefore, kAfter };

struct ReferenceCondition {
  QuestionPlace place = QuestionPlace::kNone;
  bool has_prefix = false;
};

/// Reads condition_in_question: "none", "before" or "after", each with an optional "_condition"; `compare` implies the
/// latter. As in the library method llmlingua never ranks by the question, longllmlingua does so for "none" but not for
/// "none_condition". Errors: kInvalidArgument.
[[nodiscard]] Result<ReferenceCondition> read_reference_condition(std::string_view condition_in_question, bool compare,
                                                                  std::string_view rank_method);

struct ReferencePrefix {
  std::string text;
  std::size_t n_ids = 0;  ///< it takes in front of the contexts, with the blank line; > 0
};

/// The prefix of `text`, shortened in its middle if two windows of `window` would not fit behind it into
/// `max_positions`. Errors: kInvalidArgument where the library finds no length.
[[nodiscard]] Result<ReferencePrefix> make_reference_prefix(std::string text, std::string_view first_context,
                                                            std::size_t window, std::size_t max_positions,
                                                            const ReferenceModelText& model_text);

}  // namespace pith
