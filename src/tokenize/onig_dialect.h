// Regular expressions of tokenizer.json are written for Oniguruma (Ruby's dialect); here they run on PCRE2. Most read
// the same in both. This translates what is spelled otherwise and refuses what would mean something else.
#pragma once

#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

/// `pattern` for PCRE2 in UTF and UCP mode with the newline \n, matching the same texts. Understood: literals, `.`,
/// `|`, groups, look-around, atomic groups, `(?i:...)` around ASCII, greedy, lazy and possessive quantifiers, classes
/// without set operations, \s \d \w \p{...} and their complements, escapes of single characters. Errors: kUnsupported
/// for anything else; the message quotes it. (Whether brackets pair up is left to PCRE2.)
[[nodiscard]] Result<std::string> translate_onig_pattern(std::string_view pattern);

}  // namespace pith
