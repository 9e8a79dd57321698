// Punkt sentences as NLTK's sent_tokenize (3.10.4) gives them: what the published libraries cut text with. The
// algorithm is that of Kiss and Strunk 2006 (Computational Linguistics 32), section 4: each '.', '?' or '!' that white
// space or punctuation follows is a candidate; types decide first (abbreviation or not), then the word behind it.
//
//   const auto parameters = read_punkt_parameters(find_punkt_parameters().value());
//   punkt_sentences("Dr. Wu paid. He left.", *parameters);   // {0,12}, {13,21}
#pragma once

#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "text/punkt_parameters.h"

namespace pith {

/// The sentences of `text`, ascending and disjoint, none empty: with white space in front of the first one, without
/// white space between or behind them; none for a text of white space. Broken UTF-8 counts as U+FFFD. Linear;
/// thread-safe. REQUIRES: text is shorter than 4 GiB.
[[nodiscard]] std::vector<ByteSpan> punkt_sentences(std::string_view text, const PunktParameters& parameters);

}  // namespace pith
