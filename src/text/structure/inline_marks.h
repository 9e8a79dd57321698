// The spans that md4c sees in a paragraph, with the bytes of their markers.
#pragma once

#include <string_view>
#include <vector>

#include "text/structure/inline.h"

namespace pith {

/// Emphasis, code, links, images and HTML tags (pairs of tags in one piece) of `paragraph`, in no order but properly
/// nested. Empty if the bytes, read alone, are not one paragraph.
[[nodiscard]] std::vector<InlineSpan> find_inline_marks(std::string_view paragraph, const ReferenceLabels& labels);

}  // namespace pith
