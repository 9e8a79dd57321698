// What method "securitylingua" adds to the LLMLingua-2 pipeline (SecurityLingua, arXiv 2506.12707, section 3): a
// threshold in place of a budget, and a notice for the protected model's system message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pith/compress.h"

namespace pith {

inline constexpr std::string_view kSecurityLingua = "securitylingua";

/// Characters of the user's text that a notice quotes at most. The text is the attacker's, so it must not be able to
/// push the rest of the system message out of sight.
inline constexpr std::size_t kMaxQuotedCharacters = 1000;

/// The score a word must exceed: the request's, or the method's; nothing where a budget alone decides.
[[nodiscard]] std::optional<double> word_threshold(const CompressRequest& request);

/// `instruction`, a blank line, and a paragraph that quotes `intention` as evidence and asks to refuse if it is
/// harmful. The quotation is one line that nothing in it can end: white space and control characters become single
/// spaces, invalid UTF-8 U+FFFD, quotation marks and angle brackets plain apostrophes; it is cut after
/// kMaxQuotedCharacters. Just `instruction` if nothing is left to quote.
[[nodiscard]] std::string with_intention_notice(std::string_view instruction, std::string_view intention);

}  // namespace pith
