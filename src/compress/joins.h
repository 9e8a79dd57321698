// Whether two pieces of text, put side by side, would read as one.
#pragma once

#include <string_view>

namespace pith {

/// True if a separator is needed between `left` and `right` (both non-empty) so that they do not merge: words or
/// numbers of scripts that use spaces, signs that would bind to a number or identifier ("$" and "5"), or the same mark
/// twice. Neighbours in Chinese, Japanese, Thai and their like never merge in that sense.
[[nodiscard]] bool would_merge(std::string_view left, std::string_view right);

}  // namespace pith
