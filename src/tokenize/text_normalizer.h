// The normalizers of tokenizer.json that byte-level BPE models use: Unicode normalisation forms and lower case, with
// the alignment of Hugging Face's library.
#pragma once

#include <cstdint>

#include "tokenize/aligned_text.h"

namespace pith {

enum class TextNormalizer : std::uint8_t { kNfc, kNfd, kNfkc, kNfkd, kLowercase };

/// `text` normalised. Linear in its length but for the sorting of long runs of combining marks. Thread-safe.
///
/// The forms follow Unicode 9.0, as the library's tables do: younger characters neither decompose nor move. A composed
/// character comes from the first of its parts alone; parts of a decomposed one all come from it, and where marks
/// change places the k-th keeps the k-th source. Lower case is by character, without context.
[[nodiscard]] AlignedText normalize(TextNormalizer normalizer, const AlignedText& text);

}  // namespace pith
