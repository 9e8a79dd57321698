// A word as closed-class lists spell it.
#pragma once

#include <string>
#include <string_view>

namespace pith {

/// Lower case (Unicode's simple mapping), with ' for the typographic apostrophe. Invalid bytes become U+FFFD.
[[nodiscard]] std::string fold_word(std::string_view word);

/// Whether the first character is an upper-case letter.
[[nodiscard]] bool is_capitalised(std::string_view word);

}  // namespace pith
