// Telling source code from prose when nobody said which it is.
#pragma once

#include <string_view>

namespace pith {

/// Whether most lines read like source code: they end in `;`, `{` or `}`, open with a keyword of a common language, or
/// assign and call. Looks at no more than the first 400 lines. Prose with a code block in it, Markdown and
/// configuration are not code.
[[nodiscard]] bool looks_like_code(std::string_view text);

}  // namespace pith
