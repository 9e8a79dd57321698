// Chunks to words: the rules of segment.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "text/chunk.h"
#include "text/segment.h"

namespace pith {

/// Appends the words of text[begin, end), which holds no white space, to `words`. Both give the same words for pure
/// ASCII.
void split_ascii_chunk(std::string_view text, std::uint32_t begin, std::uint32_t end, std::vector<Word>& words);
/// Errors: those of IcuBreaks.
[[nodiscard]] Result<void> split_unicode_chunk(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                               IcuBreaks& breaks, UnicodeChunk& chunk, std::vector<Word>& words);

/// Appends one word, noting whether it touches the one before it.
void append_word(std::uint32_t begin, std::uint32_t end, CharBits all_bits, std::vector<Word>& words);

}  // namespace pith
