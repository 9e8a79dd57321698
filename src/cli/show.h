// The input with what was dropped made visible, for people: `pith compress --show`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pith/compress.h"

namespace pith::cli {

/// One text of the request. In colour: kept words as they are, dropped ones struck through, the fainter the lower their
/// score. Without: dropped runs as [-...-]. Control characters other than tab and newline are shown as pictures (U+2400
/// block) and bytes that are not UTF-8 as U+FFFD, so that a text cannot steer the terminal. Lines stay whole: a style
/// never crosses a newline.
///
/// `kept`: ascending, disjoint byte ranges of `text`; `words`: ascending, with scores (may be empty: one shade for
/// all).
[[nodiscard]] std::string show_text(std::string_view text, std::span<const ByteSpan> kept,
                                    std::span<const WordScore> words, bool color);

/// One line that explains the marks, without a newline.
[[nodiscard]] std::string show_legend(bool color);

}  // namespace pith::cli
