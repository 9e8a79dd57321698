// Tagged text as the published library reads it (`<llmlingua, rate=0.4, compress=False>text</llmlingua>`), with all it
// loses on the way: what does not match its pattern is silently gone. The default mode's reader, which refuses what it
// does not understand, is structured_tags.h.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"

namespace pith {

struct ReferenceSegment {
  ByteSpan span;  ///< of the context as it was given
  double rate = 1;
  bool compress = true;

  friend bool operator==(const ReferenceSegment&, const ReferenceSegment&) = default;
};

/// The segments of one context. A missing rate, or one of 0, becomes `global_rate` (1 where compress=False). Linear.
/// Errors: kInvalidArgument for a rate that is no number or is above 1, where the library raises.
[[nodiscard]] Result<std::vector<ReferenceSegment>> segment_reference_context(std::string_view context,
                                                                              double global_rate);

/// A stretch of clean text with one rate; lengths are code points.
struct ReferenceRun {
  std::size_t n_code_points = 0;
  double rate = 1;
  bool compress = true;

  friend bool operator==(const ReferenceRun&, const ReferenceRun&) = default;
};

/// Neighbours of equal rate and flag become one.
[[nodiscard]] std::vector<ReferenceRun> merge_reference_runs(std::span<const ReferenceRun> runs);

/// So many tokens at one rate.
struct ReferencePiece {
  std::size_t n_tokens = 0;
  double rate = 1;

  friend bool operator==(const ReferencePiece&, const ReferencePiece&) = default;
};

/// Spreads the runs over tokens, in blocks of `block_tokens` (the last may be shorter), neighbours of equal rate in a
/// block as one piece. `decode(first, last)` is the text of tokens [first, last) in code points; a token's own text is
/// what it adds to the two before it. A token that touches a run with compress=False has rate 1, else the lowest rate
/// it touches. The runs' last one may be ended by the last token, not crossed. Errors: kInvalidArgument if the tokens
/// hold more text than the runs, where the library raises.
[[nodiscard]] Result<std::vector<std::vector<ReferencePiece>>> schedule_reference_tokens(
    std::size_t n_tokens, std::size_t block_tokens, std::span<const ReferenceRun> runs,
    const std::function<std::size_t(std::size_t first, std::size_t last)>& decoded_code_points);

}  // namespace pith
