// Turns of a conversation that stay whole because of who speaks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "text/structure/structure.h"

namespace pith {

/// Sets is_forced on every Kind::kChatTurn node whose Kind::kRole names one of `roles`. Names are compared word by word
/// without case and punctuation, and without the words of chat templates: `**User**:`, `[USER]`, `<|im_start|>user` and
/// `<|user|>` are all "user"; `User 2:` is "user 2". A turn without a role stays as it is. Linear.
void force_roles(std::span<const std::string> roles, std::string_view text, Structure* structure);

/// The words that names are compared by, joined by a space: "" if there are none. For checking a request.
[[nodiscard]] std::string role_words(std::string_view role);

}  // namespace pith
