// Words to sentences.
#pragma once

#include <string_view>
#include <vector>

#include "text/segment.h"

namespace pith {

/// REQUIRES: `words` are the words of `text` as segment() gives them. Returns sentences that cover them all, in order.
///
/// The rules follow UAX #29 (SB5 to SB11, with Unicode's Sentence_Terminal property, so every script's full stop
/// counts), on words instead of characters, and differ where plain text and Markdown do:
/// - A single line break is white space in hard-wrapped prose. It ends a sentence only after terminal punctuation,
/// after a
///   heading, table row or code fence, or if the next line begins a list item, heading, quote, table row, fence or a
///   speaker's turn ("Name:"), or begins as the line before did: with the same bracket, or a date or number of the same
///   form (logs, CSV). A blank line always does.
/// - Common English abbreviations, initials and list numbers do not end one.
[[nodiscard]] std::vector<Sentence> find_sentences(std::string_view text, const std::vector<Word>& words);

}  // namespace pith
