// Sentences with the white space between them, so that the pieces concatenate back to the text.
#pragma once

#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

/// White space between sentences goes to the one before it. Piece i + 1 begins at the first occurrence of the first
/// five code points of sentence i + 1 at or after the end of sentence i; the first piece begins with the text, the last
/// one ends with it. No sentences give no pieces. Any bytes; linear time.
/// REQUIRES: `sentences` lie in `text`, ascend and do not overlap; none is empty.
[[nodiscard]] std::vector<ByteSpan> sentence_pieces(std::string_view text, const std::vector<ByteSpan>& sentences);

}  // namespace pith
