// Who speaks: labels at the begin of a line.
#pragma once

#include <string>
#include <string_view>

#include "pith/byte_span.h"

namespace pith {

struct TurnLabel {
  ByteSpan span;          ///< `**Customer**:`, `[doctor]`, `<|im_start|>user`; empty: the line begins no turn
  std::string speaker;    ///< in lower case, without marks
  bool is_token = false;  ///< one of the tokens models are trained with: `<|im_start|>user`

  [[nodiscard]] bool empty() const { return span.empty(); }
};

[[nodiscard]] TurnLabel turn_label(std::string_view text, ByteSpan line);
[[nodiscard]] bool begins_turn(std::string_view text, ByteSpan line);
/// `user`, `assistant`, `doctor` and their like: a label that needs no second turn to be believed.
[[nodiscard]] bool is_known_role(std::string_view speaker);

}  // namespace pith
