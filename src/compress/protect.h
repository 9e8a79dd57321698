// What a caller protects by place rather than by word: regular expressions and byte spans.
//
//   force_patterns  [A-Z]{2,}-\d+      "see ABC-12."  keeps  ABC-12
//   force_spans     [[[4, 10]]]        the same by offsets
//
// Both become byte spans of a context, and every word that such a span touches is forced: with all words from the first
// to the last of a match, the match stands in the result as it stood in the text.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "compress/prepared_context.h"
#include "pith/byte_span.h"
#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

inline constexpr std::size_t kMaxForcePatterns = 100;
inline constexpr std::size_t kMaxForcePatternBytes = 4096;
/// A match that begins at a byte is looked for in this many bytes from there at least, and in twice as many at most.
inline constexpr std::size_t kMaxMatchBytes = std::size_t{1} << 14;
/// After as many matches of a pattern in a context, in fewer first, and in more only if nothing is found or the match
/// fills them: so that (?s)a.*b|a, which looks ahead from every a, takes time linear in the text (and then takes the
/// a).
inline constexpr std::size_t kMostFarMatches = std::size_t{1} << 12;
inline constexpr std::size_t kMaxLaterMatchBytes = 512;

/// Errors: kInvalidArgument for too many, empty, too long or broken patterns (names the pattern, RE2's message and the
/// byte), and for spans that do not lie in their context, run backwards or begin or end inside a UTF-8 character, or
/// lists that are not one per context.
[[nodiscard]] Result<void> check_protection(const CompressRequest& request);

/// Per context of the request what its patterns match and its force_spans cover: ascending, disjoint, not touching,
/// none empty. Matches of a pattern do not overlap, the leftmost is taken first, and of alternatives the first that
/// matches, as in Perl. In a context that is not valid UTF-8 patterns match bytes as Latin-1. Patterns are compiled one
/// at a time, in at most 8 MiB. Linear in the text; for an expression whose automaton does not fit in that memory,
/// times the size of the expression. Errors: those of check_protection, and kInvalidArgument for a pattern that needs
/// Unicode in a context without.
[[nodiscard]] Result<std::vector<std::vector<ByteSpan>>> protected_spans(const CompressRequest& request);

/// Sets context.forced for every word that shares a byte with one of `spans`, which are ascending and disjoint. Linear.
/// REQUIRES: context.forced has an entry per word.
void force_touched_words(std::span<const ByteSpan> spans, PreparedContext& context);

}  // namespace pith
