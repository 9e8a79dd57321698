// The rules of minify(), one pass each. A pass reads a text and returns what it keeps of it; minify.cc runs them one
// after the other, in an order in which no pass leaves work for an earlier one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

/// Builds kept spans from what is deleted, left to right.
class KeptSpans {
 public:
  /// REQUIRES: begin is not before the end of the last deletion.
  void erase(std::size_t begin, std::size_t end) {
    keep_until(begin);
    at_ = end;
  }
  [[nodiscard]] std::vector<ByteSpan> finish(std::size_t n_bytes) {
    keep_until(n_bytes);
    return std::move(spans_);
  }

 private:
  void keep_until(std::size_t end) {
    if (end <= at_) return;
    const auto begin = static_cast<std::uint32_t>(at_);
    if (!spans_.empty() && spans_.back().end == begin) {
      spans_.back().end = static_cast<std::uint32_t>(end);
    } else {
      spans_.push_back({begin, static_cast<std::uint32_t>(end)});
    }
  }

  std::vector<ByteSpan> spans_;
  std::size_t at_ = 0;
};

/// Where a terminal clears a line, as an offset of the text without escapes.
struct LineErasure {
  std::uint32_t at = 0;
  bool whole_line = false;  ///< what stands before it on the line, too
};

struct WithoutEscapes {
  std::vector<ByteSpan> kept;
  std::vector<LineErasure> erasures;  ///< ascending
};

/// ECMA-48 escape sequences: CSI, OSC up to its terminator on the same line, and the two- and three-byte ones. A
/// sequence cut short by the next one goes as well, as terminals have it; any other incomplete one stays.
[[nodiscard]] WithoutEscapes without_escapes(std::string_view text);

/// Of lines with carriage returns inside, the states that no later one covers. A state is covered by a later one that
/// is as wide and has the same words in it (digits and bars differ), by blanks as wide, or by a line erasure.
[[nodiscard]] std::vector<ByteSpan> without_overwritten(std::string_view text,
                                                        const std::vector<LineErasure>& erasures);

/// The text without the white space between its JSON tokens, if it is one object or array, or lines of them (which
/// keep one line feed each). RFC 8259 to the letter, nesting without limit.
[[nodiscard]] std::optional<std::vector<ByteSpan>> without_json_space(std::string_view text);

/// Blanks at line ends. Blank lines lose all of theirs.
[[nodiscard]] std::vector<ByteSpan> without_trailing_blanks(std::string_view text);

/// Of adjoining blank lines the first.
[[nodiscard]] std::vector<ByteSpan> without_blank_lines(std::string_view text);

}  // namespace pith
