// What every engine does with TokenSequences before it computes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// Whether `classifier` can read `sequences`: none longer than max_sequence_tokens(), ids within n_embedding_rows().
/// Errors: kInvalidArgument; the message names the first sequence, and token, that does not fit.
[[nodiscard]] Result<void> check_sequences(const TokenClassifier& classifier, const TokenSequences& sequences);

/// Numbers of the sequences that are not empty, longest first, equal ones in their order: so that workers that take one
/// after the other finish together.
[[nodiscard]] std::vector<std::size_t> longest_first(const TokenSequences& sequences);

/// Hidden tokens of sequence `s`, as indices into the whole of `ids`. Views `sequences`.
[[nodiscard]] std::span<const std::size_t> hidden_in(const TokenSequences& sequences, std::size_t s);

}  // namespace pith
